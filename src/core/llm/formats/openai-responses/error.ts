/** Errors of this API are OpenAI's common error object. */
export { decodeError, encodeError } from '../../openai-error.ts';
