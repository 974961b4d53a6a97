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
