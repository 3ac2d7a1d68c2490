/**
 * Runs tasks again and again: one at a time, each at its interval, later and later while it fails. A task looks at the
 * world and does what is missing, so that it may be killed at any point and started again. One that fails doesn't hold
 * up the others.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { reasonOf, type Fields, type Log } from "./log.ts";

export interface Task {
  /** Unique; shown in logs and health. */
  readonly name: string;
  /** Does what is missing; what it returns is shown in health, its state as last seen. */
  run(): Promise<Fields>;
}

export interface DaemonOptions {
  readonly log: Log;
  /** Milliseconds from one run of a task to the next, and the longest pause that failures lead to. */
  readonly interval: number;
  readonly longestPause: number;
  /** Milliseconds of Unix time, and a number in [0, 1): of the machine, unless a test says otherwise. */
  readonly now?: () => number;
  readonly random?: () => number;
}

interface State {
  readonly task: Task;
  due: number;
  failures: number;
  lastSuccess: number | undefined;
  error: string | undefined;
  shown: Fields;
}

export interface Health {
  readonly ok: boolean;
  readonly tasks: Readonly<Record<string, Fields>>;
}

/** A task is healthy while its last success is at most so many intervals old, and at least a minute. */
const HEALTHY_INTERVALS = 10;
const HEALTHY_AT_LEAST = 60_000;
/** Pauses double this often at most. */
const DOUBLINGS = 16;

/**
 * The loop of a service: {@link Daemon.run} until a signal, or {@link Daemon.once} for a timer of the system's.
 *
 * @example
 * ```ts
 * import { Daemon, jsonLog } from "plimsoll/services";
 *
 * const log = jsonLog((line) => process.stdout.write(line));
 * const task = { name: "head", run: async () => ({ head: (await node.block()).number }) };
 * const daemon = new Daemon([task], { log, interval: 15_000, longestPause: 300_000 }); // milliseconds
 * await daemon.run(AbortSignal.timeout(3_600_000));
 * ```
 */
export class Daemon {
  private readonly states: readonly State[];
  private readonly now: () => number;
  private readonly random: () => number;

  constructor(
    tasks: readonly Task[],
    private readonly options: DaemonOptions,
  ) {
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
    this.states = tasks.map((task) => ({
      task,
      due: 0,
      failures: 0,
      lastSuccess: undefined,
      error: undefined,
      shown: {},
    }));
  }

  /** Runs until the signal: the task at work ends first. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pause = await this.round(signal);
      await setTimeout(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Runs what is due.
   *
   * @returns milliseconds until something is due again
   */
  async round(signal?: AbortSignal): Promise<number> {
    for (const state of this.states) {
      if (signal?.aborted === true) return 0;
      if (state.due <= this.now()) await this.attempt(state);
    }
    return Math.max(0, Math.min(this.options.interval, ...this.states.map(({ due }) => due - this.now())));
  }

  /** Runs every task once, and throws what the first that failed threw, when all have run. */
  async once(): Promise<void> {
    const failed: unknown[] = [];
    for (const state of this.states) await this.attempt(state, (error) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  }

  health(): Health {
    const { interval } = this.options;
    const patience = Math.max(HEALTHY_AT_LEAST, HEALTHY_INTERVALS * interval);
    let ok = true;
    const tasks = Object.fromEntries(
      this.states.map(({ task, failures, lastSuccess, error, shown }) => {
        const fine = lastSuccess !== undefined && this.now() - lastSuccess <= patience;
        ok &&= fine;
        const last = lastSuccess === undefined ? null : new Date(lastSuccess).toISOString();
        return [
          task.name,
          { ok: fine, lastSuccess: last, failuresInRow: failures, ...(error === undefined ? {} : { error }), ...shown },
        ];
      }),
    );
    return { ok, tasks };
  }

  private async attempt(state: State, onFailure: (error: unknown) => void = () => undefined): Promise<void> {
    const { log, interval } = this.options;
    try {
      state.shown = await state.task.run();
      if (state.failures > 0) log("info", "task recovered", { task: state.task.name, failures: state.failures });
      [state.failures, state.error, state.lastSuccess] = [0, undefined, this.now()];
      // A tenth either way: daemons that started together drift apart.
      state.due = this.now() + interval * (0.9 + 0.2 * this.random());
    } catch (error) {
      state.failures += 1;
      state.error = reasonOf(error);
      const pause = this.pause(state.failures);
      state.due = this.now() + pause;
      log("warn", "task failed", {
        task: state.task.name,
        reason: state.error,
        failuresInRow: state.failures,
        retryInMs: Math.round(pause),
      });
      onFailure(error);
    }
  }

  /** Doubles with each failure up to the longest; a random half of it, so that daemons don't retry in step. */
  private pause(failures: number): number {
    const { interval, longestPause } = this.options;
    return Math.min(longestPause, interval * 2 ** Math.min(failures, DOUBLINGS)) * (0.5 + 0.5 * this.random());
  }
}
