/**
 * Chapters of the demo and the seconds each step took.
 *
 * @module
 */
export class Stopwatch {
  private readonly start = performance.now();
  private last = this.start;
  private readonly steps: { what: string; seconds: number }[] = [];

  chapter(title: string): void {
    console.log(`\n${title}\n`);
    this.last = performance.now();
  }

  /** Ends a step that began with the last one or with its chapter. */
  done(what: string): void {
    const now = performance.now();
    this.steps.push({ what, seconds: (now - this.last) / 1000 });
    this.last = now;
  }

  table(): void {
    console.log("\nseconds  step");
    for (const { what, seconds } of this.steps) console.log(`${seconds.toFixed(1).padStart(7)}  ${what}`);
    console.log(`${((performance.now() - this.start) / 1000).toFixed(1).padStart(7)}  in all`);
  }
}
