/** Upstreams over undici's pooled dispatcher: what the codec of `http1/` is compared with, and can be replaced by. */
import { Agent, type Dispatcher } from 'undici';
import { PulledAnswer } from './pulled-answer.ts';
import type {
  ResponseHeaders,
  Transport,
  TransportOptions,
  UpstreamFailure,
  UpstreamRequest,
} from './transport.ts';
import { bodyFailure, headFailure } from './wire-failures.ts';

export function createUndiciTransport(options: TransportOptions): Transport {
  const agent = agentOf(options, options.connectTimeoutMs);
  // The time to connect belongs to a pool of connections: one for each that is configured.
  const patient = new Map<number, Agent>();
  const agentFor = (connectTimeoutMs: number | undefined): Agent => {
    if (connectTimeoutMs === undefined) return agent;
    const found = patient.get(connectTimeoutMs) ?? agentOf(options, connectTimeoutMs);
    patient.set(connectTimeoutMs, found);
    return found;
  };
  return {
    send: (request) => {
      const exchange = new UndiciExchange();
      dispatch(agentFor(request.connectTimeoutMs), request, exchange, options);
      return exchange;
    },
    close: async () => {
      await Promise.all([agent, ...patient.values()].map((each) => each.destroy()));
    },
  };
}

function agentOf(options: TransportOptions, connectTimeoutMs: number): Agent {
  return new Agent({
    connect: { timeout: connectTimeoutMs },
    connections: options.maxConnections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    maxHeaderSize: 65_536,
  });
}

function dispatch(
  agent: Agent,
  request: UpstreamRequest,
  exchange: UndiciExchange,
  options: TransportOptions,
): void {
  const split = request.url.indexOf('/', request.url.indexOf('://') + 3);
  const origin = split < 0 ? request.url : request.url.slice(0, split);
  agent.dispatch(
    {
      origin,
      path: split < 0 ? '/' : request.url.slice(split),
      method: request.method as Dispatcher.HttpMethod,
      headers: request.headers,
      body: request.body,
      headersTimeout: request.headersTimeoutMs,
      bodyTimeout: request.bodyIdleTimeoutMs ?? options.bodyIdleTimeoutMs,
    },
    exchange,
  );
}

class UndiciExchange extends PulledAnswer implements Dispatcher.DispatchHandler {
  protected readonly mostEarly = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted: UpstreamFailure | undefined;

  protected cancel(reason: UpstreamFailure): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }

  protected pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    if (this.#controller?.paused) this.#controller.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted !== undefined) controller.abort(this.#aborted);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
  ): void {
    if (status >= 200) this.began(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.arrived(chunk);
  }

  onResponseEnd(): void {
    this.ended();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.failed(this.status === 0 ? headFailure(error, this.#controller !== undefined) : bodyFailure(error));
  }
}
