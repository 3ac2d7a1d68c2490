/**
 * The kernel's backend over threads that a test watches and ends.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { answering } from "../../src/prover/threads/answering.ts";
import { fileSource } from "../../src/prover/threads/fileSource.ts";
import { node } from "../../src/prover/threads/node.ts";
import type { Platform, Port } from "../../src/prover/threads/platform.ts";
import type { ThreadResults, ThreadTask } from "../../src/prover/threads/task.ts";
import { kernelBackend } from "../../src/prover/kernelBackend.ts";
import type { PlimsollOptions } from "../../src/prover/plimsollOptions.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import type { Backend, ProveOptions, ProvingArtifacts } from "../../src/prover/prover.ts";
import { verifyStatement } from "../../src/groth16/verify.ts";
import { TOY_INPUTS, toyArtifacts } from "../fixtures/toy.ts";

const toy = await toyArtifacts();

/** A thread in this process: a test sees every buffer. It is gone a turn of the event loop after it was told to end. */
export const inProcess: Platform = {
  cores: 2,
  loadKernelCode: () => node.loadKernelCode(),
  startThread({ onReply, onEnd }) {
    let gone = false;
    const answer = answering(
      (file) => fileSource(file as string),
      (reply, transfer) => {
        const moved = structuredClone(reply, { transfer: [...transfer] });
        setImmediate(() => void (gone || onReply(moved)));
      },
    );
    return {
      post: (request, transfer) => answer(structuredClone(request, { transfer: [...transfer] })),
      hold: () => undefined,
      end: () =>
        new Promise((resolve) =>
          setImmediate(() => {
            gone = true;
            onEnd();
            resolve();
          }),
        ),
    };
  },
};

/** What a backend did with its threads. */
export class Watched implements Platform {
  readonly ports: Port[] = [];
  readonly alive = new Set<number>();
  readonly held = new Set<number>();
  readonly tasks: { readonly thread: number; readonly task: ThreadTask }[] = [];
  readonly results: ThreadResults[ThreadTask["kind"]][] = [];
  /** Called with each task before it is posted; what it throws, posting throws. */
  before: (kind: ThreadTask["kind"], thread: number) => void = () => undefined;

  constructor(
    private readonly base: Platform = inProcess,
    readonly cores = 2,
  ) {}

  loadKernelCode(): Promise<WebAssembly.Module> {
    return this.base.loadKernelCode();
  }

  startThread({ onReply, onEnd }: Parameters<Platform["startThread"]>[0]): Port {
    const thread = this.ports.length;
    const port = this.base.startThread({
      onReply: (reply) => {
        if ("result" in reply) this.results.push(reply.result);
        onReply(reply);
      },
      onEnd: (error) => {
        this.alive.delete(thread);
        onEnd(error);
      },
    });
    this.alive.add(thread);
    this.ports.push(port);
    return {
      ...port,
      post: (request, transfer) => {
        this.tasks.push({ thread, task: request.task });
        this.before(request.task.kind, thread);
        port.post(request, transfer);
      },
      hold: (yes) => {
        if (yes) this.held.add(thread);
        else this.held.delete(thread);
        port.hold(yes);
      },
    };
  }

  count(kind: ThreadTask["kind"]): number {
    return this.tasks.filter(({ task }) => task.kind === kind).length;
  }
}

export const backendOver = (platform: Platform, options: PlimsollOptions = { threads: 2 }): Backend =>
  kernelBackend<ProvingArtifacts>(
    platform,
    ({ wasmPath, zkeyPath, zkeySha256 }) => ({
      name: zkeySha256,
      key: zkeyPath,
      circuit: async () => WebAssembly.compile(await readFile(wasmPath)),
    }),
    options,
  );

/** A proof of the toy circuit, verified. */
export async function proveToy(backend: Backend, options: ProveOptions = {}): ReturnType<Backend["run"]> {
  const result = await backend.run(toy, TOY_INPUTS, options);
  await verifyStatement({ key: toy.verificationKey, signals: result.signals, proof: result.proof }, [nobleVerifier]);
  return result;
}
