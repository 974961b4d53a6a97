/**
 * Token estimates for what a provider did not report. Calibrated on mixed English prose and code at about 4 characters a
 * token; scripts without spaces at about one token a character. Used only where an estimate is marked as one.
 */
export class TokenEstimator {
  #narrow = 0;
  #wide = 0;

  add(text: string): void {
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) < 0x0250) this.#narrow++;
      else this.#wide++;
    }
  }

  get tokens(): number {
    return Math.ceil(this.#narrow / 4 + this.#wide * 0.9);
  }
}

export function estimateTokens(text: string): number {
  const estimator = new TokenEstimator();
  estimator.add(text);
  return estimator.tokens;
}

/** Roles, separators and a provider's own preamble (Anthropic's for tools is the longest known, 530 tokens). */
const framingTokens = 600;
/** The most that one picture costs at the providers known (about 4,800 at Anthropic's highest resolution), with room. */
const pictureTokens = 8_000;
const base64Run = /[A-Za-z0-9+/_-]{2000,}={0,2}/g;
/** Inputs whose tokens do not follow from a picture's size: their bytes count in full. */
const otherMedia = /application\/pdf|input_audio|file_data|"document"|"(?:audio|video)\//;
const remotePicture = /"image_url"|"type"\s*:\s*"image"|"inline_?[dD]ata"|"file_?[dD]ata"/g;

/** The largest context of any model known. */
const wholeContext = 2_000_000;

/** A conversation that the provider keeps is input too, and its size is not in the request. */
export function boundKeptInput(body: Readonly<Record<string, unknown>>): number {
  const kept = ['previous_response_id', 'conversation', 'prompt', 'cachedContent', 'cached_content'];
  return kept.some(
    (field) => typeof body[field] === 'string' || (typeof body[field] === 'object' && body[field] !== null),
  )
    ? wholeContext
    : 0;
}

/**
 * The most input tokens that a request body can come to: no tokenizer in use makes more tokens than bytes, and pictures cost
 * by size, not by bytes. What a provider fetches itself (documents by URL) can not be bounded here.
 */
export function boundInputTokens(body: string): number {
  let text = body;
  let pictures = 0;
  if (!otherMedia.test(body)) {
    pictures = body.match(remotePicture)?.length ?? 0;
    if (pictures > 0) text = body.replace(base64Run, '');
  }
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }
  return bytes + framingTokens + pictures * pictureTokens;
}
