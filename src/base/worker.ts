/**
 * Starts a worker thread from a sibling module, whether this package runs from its TypeScript sources (tsx, vitest)
 * or compiled (dist/*.js): the compiler rewrites the extension of an import, but not of a URL.
 *
 * @module
 */
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts the worker at `url`, written as `new URL("./name.worker.ts", import.meta.url)`.
 *
 * @param options as node's; `argv` and `execArgv` are set here
 */
export function spawnWorker(url: URL, options: Omit<WorkerOptions, "argv" | "execArgv" | "eval"> = {}): Worker {
  if (import.meta.url.endsWith(".js")) {
    const compiled = new URL(url);
    compiled.pathname = compiled.pathname.replace(/\.ts$/, ".js");
    return new Worker(compiled, { ...options, execArgv: [] });
  }
  return new Worker(new URL("./worker.tsx.mjs", import.meta.url), { ...options, argv: [url.href], execArgv: [] });
}
