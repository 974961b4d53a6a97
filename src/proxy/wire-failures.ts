/** What a connection's errors are to whoever waits for an answer. */
import { UpstreamFailure } from './transport.ts';

/** `sent`: at least the connection was there and the request on its way. */
export function headFailure(error: Error, sent: boolean): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_TIMEOUT')
    return new UpstreamFailure('timeout', 'no answer in time', { cause: error });
  return new UpstreamFailure(sent ? 'closed' : 'unreachable', describe(error, code), { cause: error });
}

export function bodyFailure(error: Error): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  if (codeOf(error) === 'UND_ERR_BODY_TIMEOUT')
    return new UpstreamFailure('timeout', 'the answer stopped', { cause: error });
  return new UpstreamFailure('cut', 'the connection was cut inside the answer', { cause: error });
}

function codeOf(error: Error): string {
  return (error as { code?: string }).code ?? '';
}

/** For the client: what failed, without addresses of the inside. */
function describe(error: Error, code: string): string {
  if (code === 'ECONNREFUSED') return 'Connect: Connection refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'Connect: the name does not resolve';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'Connect: no connection in time';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the connection was closed before an answer';
  if (code === 'MALFORMED_ANSWER' || code.startsWith('HPE_')) return 'the answer is not valid HTTP/1.1';
  if (/certificate|TLS|SSL/i.test(error.message)) return 'Connect: the certificate could not be verified';
  return 'Connect: failed';
}
