/**
 * Asks several services at once, so that one that is slow holds up nobody.
 *
 * @module
 */

/** Milliseconds that the rest gets once there is enough: time to contradict. */
const MOMENT = 500;

/** Resolves when all have been asked, or a moment after `isEnough`. What comes later still counts for whoever looks. */
export async function askAll(
  urls: readonly string[],
  ask: (url: string, place: number) => Promise<void>,
  isEnough: () => boolean,
): Promise<void> {
  let stop = (): void => undefined;
  const enough = new Promise<void>((resolve) => (stop = resolve));
  let timer: NodeJS.Timeout | undefined;
  const all = Promise.all(
    urls.map(async (url, place) => {
      await ask(url, place);
      if (isEnough()) timer ??= setTimeout(stop, MOMENT);
    }),
  );
  await Promise.race([all, enough]);
  clearTimeout(timer);
}
