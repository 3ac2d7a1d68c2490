/**
 * Work under a name, one at a time within a process.
 *
 * @module
 */
export class NamedTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Whether somebody is at work under a name. */
  isTaken(name: string): boolean {
    return this.last.has(name);
  }

  /** Runs `work` once all that came before under the same name has ended, whether it failed or not. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(name);
    const mine = before === undefined ? work() : before.then(work, work);
    this.last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(name) === mine) this.last.delete(name);
    }
  }
}
