/**
 * Daemons as processes of their own, with the real command line.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { Wallet } from "ethers";
import { encodeNetwork } from "../../src/chain/network.ts";
import { Home } from "../cli/plimsoll.ts";
import type { LocalNetwork } from "../support/localNetwork.ts";

export interface DaemonHome {
  readonly home: Home;
  /** Environment with the daemon's key. */
  readonly env: Record<string, string>;
}

/** A home for a daemon on a network. */
export async function daemonHome(
  local: LocalNetwork,
  key: Wallet,
  services: { readonly attestors?: readonly string[]; readonly reporters?: readonly string[] } = {},
): Promise<DaemonHome> {
  const home = await Home.make();
  await writeFile(home.at("network.json"), encodeNetwork(local.network));
  await writeFile(
    home.at("config.json"),
    JSON.stringify({
      format: "plimsoll-config",
      version: 1,
      network: "network.json",
      endpoints: local.endpoints,
      ...services,
    }),
  );
  return { home, env: { PLIMSOLL_ETH_KEY: key.privateKey } };
}

export interface LogLine {
  readonly event: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

/** Lines of a daemon as they come; ends with it. */
export async function* linesOf(child: ChildProcess): AsyncGenerator<LogLine> {
  for await (const line of createInterface({ input: child.stdout! })) yield JSON.parse(line) as LogLine;
}

/** In front of a node: says what becomes of each request; undefined is no answer at all. */
export async function proxy(
  target: string,
  handle: (body: string, forward: () => Promise<string>) => Promise<string | undefined>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(
    (request, response) =>
      void (async () => {
        const body = await text(request);
        const answer = await handle(body, async () =>
          (await fetch(target, { method: "POST", body, headers: { "content-type": "application/json" } })).text(),
        );
        if (answer === undefined) response.destroy();
        else response.setHeader("content-type", "application/json").end(answer);
      })(),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
