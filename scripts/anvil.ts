/**
 * Development nodes: anvil processes with Osaka's rules, for tests and for trying things out on one machine.
 */
import { spawn } from "node:child_process";
import { foundry } from "./foundry.ts";

/** Anvil's well-known accounts: funded on every development node, and known to everybody. */
export const ANVIL_KEYS = [
  "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
  "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
] as const;

export interface AnvilOptions {
  readonly chainId: number;
  /** A free one by default. */
  readonly port?: number;
  /** Unix seconds of the first block; now by default. */
  readonly timestamp?: number;
  /** File that the chain is read from when it is there and written to when the node stops, so that it can go on. */
  readonly stateFile?: string;
  /** Words of the funded accounts; by default those of {@link ANVIL_KEYS}. */
  readonly mnemonic?: string;
  /** Seconds between blocks; by default each transaction gets its block at once. */
  readonly blockTime?: number;
}

export interface Anvil {
  readonly url: string;
  readonly chainId: number;
  /** Ends the node, and resolves once its state is written. */
  stop(): Promise<void>;
}

/** Starts a node. Throws when npm has no anvil for this platform, or when it ends before it listens. */
export async function startAnvil({
  chainId,
  port = 0,
  timestamp,
  stateFile,
  mnemonic,
  blockTime,
}: AnvilOptions): Promise<Anvil> {
  const binary = foundry("anvil");
  if (binary === undefined) throw new Error("there is no anvil for this platform");
  const options: Record<string, string | number | undefined> = {
    port,
    "chain-id": chainId,
    hardfork: "osaka",
    "gas-limit": 60_000_000,
    timestamp,
    state: stateFile,
    mnemonic,
    "block-time": blockTime,
  };
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  const node = spawn(binary, given, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => node.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    node.stdout.on("data", (chunk: Buffer) => {
      text += String(chunk);
      const at = /Listening on ([\d.]+:\d+)/.exec(text);
      if (at !== null) resolve(`http://${at[1]}`);
    });
    node.once("error", reject);
    node.once("exit", () => reject(new Error(`anvil ended: ${text}`)));
  });
  return {
    url,
    chainId,
    async stop() {
      // Upon an interrupt it writes its state.
      node.kill("SIGINT");
      await exited;
    },
  };
}
