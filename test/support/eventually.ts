/** Repeats a check until it holds. A change takes effect within 100 ms; the rest of the time is for a busy machine. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 3_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
