/**
 * Work that must not overlap: each piece begins when the one before has ended, whether well or not.
 *
 * @module
 */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` after everything that was asked for before it, and answers as it does. */
  run<T>(work: () => Promise<T> | T): Promise<T> {
    const mine = this.last.then(work);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves once everything that was asked for so far has ended. Never rejects. */
  async idle(): Promise<void> {
    await this.last;
  }
}
