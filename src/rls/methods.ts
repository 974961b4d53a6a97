/** What the server answers, by path. */
import type { RateLimitService } from '../core/ratelimit/model.ts';
import type { Method, UnaryMethod } from './grpc-call.ts';
import { type Health, healthService } from './health.ts';
import { reflect } from './reflection.ts';
import { decodeRequest } from './request-codec.ts';
import { encodeResponse } from './response-codec.ts';

export type UnaryName = 'ShouldRateLimit' | 'Check';
/** Told of each unary call whose message could be read: how long it took, whatever its outcome. */
export type OnCall = (method: UnaryName, milliseconds: number) => void;

export function methodsOf(
  service: RateLimitService,
  health: Health,
  onCall: OnCall | undefined,
): Map<string, Method> {
  const shouldRateLimit = timed('ShouldRateLimit', onCall, decodeRequest, (request) => {
    const answered = service.shouldRateLimit(request);
    return answered instanceof Promise
      ? answered.then((response) => encodeResponse(response))
      : encodeResponse(answered);
  });
  const check = timed('Check', onCall, healthService, (name) => health.check(name));
  return new Map<string, Method>([
    ['/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit', { unary: shouldRateLimit }],
    ['/grpc.health.v1.Health/Check', { unary: check }],
    [
      '/grpc.health.v1.Health/Watch',
      { stream: (message, send) => health.watch(healthService(message), send) },
    ],
    ...['v1', 'v1alpha'].map((version): [string, Method] => [
      `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      { stream: answerReflection },
    ]),
  ]);
}

function answerReflection(message: Uint8Array, send: (message: Uint8Array) => void): undefined {
  send(reflect(message));
}

function timed<T>(
  name: UnaryName,
  onCall: OnCall | undefined,
  decode: (message: Uint8Array) => T,
  answer: (request: T) => Uint8Array | Promise<Uint8Array>,
): UnaryMethod {
  if (onCall === undefined) return (message) => answer(decode(message));
  return (message) => {
    const request = decode(message);
    const started = performance.now();
    const done = () => onCall(name, performance.now() - started);
    let result: Uint8Array | Promise<Uint8Array> | undefined;
    try {
      result = answer(request);
      return result;
    } finally {
      if (result instanceof Promise) void result.then(done, done);
      else done();
    }
  };
}
