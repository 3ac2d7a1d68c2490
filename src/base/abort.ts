/**
 * Waiting that an AbortSignal ends.
 *
 * @module
 */

/** As `work`, unless `signal` fires first: then `stop` runs and the promise rejects with the signal's reason. */
export function orAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  stop: () => unknown = () => undefined,
): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
      stop();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** A controller that aborts when `signal` does, too, until `release`. AbortSignal.any would be held by signals that live long. */
export function follow(signal: AbortSignal | undefined): { readonly controller: AbortController; release(): void } {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal!.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return { controller, release: () => signal?.removeEventListener("abort", onAbort) };
}
