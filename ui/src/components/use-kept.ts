import { useState } from 'react';

/** The last value there was: what a dialog goes on showing while it closes. */
export function useKept<T>(value: T | undefined): T | undefined {
  const [kept, setKept] = useState(value);
  if (value !== undefined && value !== kept) setKept(value);
  return value ?? kept;
}
