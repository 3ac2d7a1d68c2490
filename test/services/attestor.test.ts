/**
 * Attestors on real chains: what they sign, and all that they don't.
 */
import { readFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { verifyTypedData } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ATTESTATION_TYPES, signingDomain } from "../../src/chain/calls.ts";
import { askJson } from "../../src/services/client.ts";
import { Attestor } from "../../src/services/attestor.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { SIGNERS } from "../support/deployment.ts";
import { send } from "../support/chain.ts";
import { localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { attesting, mine, mirrorOf, recorder, tempFolder, withFinality, worldOf, type Attesting } from "./support.ts";

/** Deeper than any reorg that this finality bears. */
const FINALITY = 40;
let local: LocalNetwork;
let first: Attesting;

beforeAll(async () => {
  local = withFinality(await localDeployment(), FINALITY);
  await Promise.all([...local.nodes.values()].map((node) => node.rpc("anvil_mine", ["0x64"])));
  first = await attesting(local, 0);
});
afterAll(async () => {
  await first.close();
  await local.stop();
});

const finalised = async (chain: string): Promise<number> => (await local.nodes.get(chain)!.finalised()).number;
const ask = async (url: string, path: string): Promise<{ status: number; json: unknown }> => {
  const { status, json } = await askJson("it", url, path);
  return { status, json };
};
const hashOf = async (chain: string, number: number): Promise<string> =>
  (await local.nodes.get(chain)!.block(number)).hash;

it("signs a final block for each mirror of its chain, the same again when asked again", async () => {
  const number = await finalised("home");
  for (const mirror of ["north", "south"]) {
    const { status, json } = await ask(first.url, `/attestations/home/${number}?mirror=${mirror}`);
    expect([status, json]).toMatchObject([
      200,
      { number, blockHash: await hashOf("home", number), set: "1", place: 0 },
    ]);
    const { signature } = json as { signature: string };
    const domain = signingDomain(
      "RootMirror",
      local.chains[mirror as "north"].chainId,
      mirrorOf(local, "home", mirror),
    );
    const message = { chainId: 31337, number, blockHash: await hashOf("home", number), set: 1 };
    expect(verifyTypedData(domain, ATTESTATION_TYPES, message, signature)).toBe(SIGNERS[0]!.address);
    expect(await ask(first.url, `/attestations/home/${number}?mirror=${mirror}`)).toEqual({ status, json });
  }
});

it("refuses a block that isn't final, and says which is", async () => {
  const number = await finalised("home");
  expect(await ask(first.url, `/attestations/home/${number + 1}?mirror=north`)).toEqual({
    status: 409,
    json: { error: `home ${number + 1} isn't final yet`, finalised: number },
  });
});

it("refuses routes that there aren't, heights that are none, and signs for nobody else's mirror", async () => {
  for (const [path, status, error] of [
    ["/attestations/north/1?mirror=south", 404, "there is no mirror of north on south"],
    ["/attestations/home/1?mirror=home", 404, "there is no mirror of home on home"],
    ["/attestations/nowhere/1?mirror=home", 404, "there is no mirror of nowhere on home"],
    ["/attestations/__proto__/1?mirror=north", 404, "there is no mirror of __proto__ on north"],
    ["/attestations/home/-1?mirror=north", 400, 'height: must be a whole number, got "-1"'],
    ["/attestations/home/1e3?mirror=north", 400, 'height: must be a whole number, got "1e3"'],
    ["/attestations/home/1", 400, "mirror: must name the chain that the mirror is on"],
  ] as const)
    expect(await ask(first.url, path), path).toEqual({ status, json: { error } });
  const { log } = recorder();
  const stranger = new Attestor(worldOf(local, log), local.deployer, { store: new FileStore(await tempFolder()) });
  await expect(stranger.attest("home", await finalised("home"), "north")).rejects.toMatchObject({
    status: 403,
    message: `${local.deployer.address} is none of the attestors in force`,
  });
});

it("has written down what it signs before the signature leaves, for its owner alone", async () => {
  const attestor = await attesting(local, 1);
  const number = await finalised("north");
  const { status } = await ask(attestor.url, `/attestations/north/${number}?mirror=home`);
  expect(status).toBe(200);
  const [name] = await readdir(attestor.folder);
  expect(name).toBe(`attested-31338-31337-${mirrorOf(local, "north", "home").toLowerCase()}-0.json`);
  expect(JSON.parse(await readFile(join(attestor.folder, name!), "utf8"))).toMatchObject({
    signed: [[number, await hashOf("north", number)]],
  });
  expect((await stat(join(attestor.folder, name!))).mode & 0o777).toBe(0o600);

  // Where it can't write, it doesn't sign.
  await rm(attestor.folder, { recursive: true });
  await local.nodes.get("north")!.rpc("anvil_mine", ["0x1"]);
  expect((await ask(attestor.url, `/attestations/north/${number + 1}?mirror=home`)).status).toBe(500);
  await attestor.close();
});

it("signs on through a reorg that finality bears", async () => {
  const node = local.nodes.get("south")!;
  const number = await finalised("south");
  const before = await hashOf("south", number + 20);
  expect((await ask(first.url, `/attestations/south/${number}?mirror=home`)).status).toBe(200);
  await node.rpc("anvil_reorg", [32, []]);
  expect(await hashOf("south", number + 20)).not.toBe(before);
  await mine(local, "south");
  expect((await ask(first.url, `/attestations/south/${number}?mirror=home`)).status).toBe(200);
  expect((await ask(first.url, `/attestations/south/${number + 1}?mirror=home`)).status).toBe(200);
  expect(first.lines.filter(({ level }) => level !== "info")).toEqual([]);
});

it("signs no second hash after a reorg that finality doesn't bear, nor after a restart, nor anything built on it", async () => {
  const attestor = await attesting(local, 2);
  const node = local.nodes.get("north")!;
  const number = await finalised("north");
  const signed = await hashOf("north", number);
  expect((await ask(attestor.url, `/attestations/north/${number}?mirror=home`)).status).toBe(200);
  await node.rpc("anvil_reorg", [FINALITY + 10, []]);
  await mine(local, "north");
  const found = await hashOf("north", number);
  expect(found).not.toBe(signed);

  const restarted = await attesting(local, 2, attestor.folder);
  for (const { url, lines } of [attestor, restarted]) {
    expect(await ask(url, `/attestations/north/${number}?mirror=home`)).toEqual({
      status: 409,
      json: { error: `${number}: was signed for another statement`, number },
    });
    expect(await ask(url, `/attestations/north/${number + 1}?mirror=home`)).toMatchObject({
      status: 409,
      json: { number },
    });
    expect(lines.filter(({ level }) => level === "alarm")).toEqual(
      Array(2).fill({ level: "alarm", event: "finality broke", fields: { source: "north", number, signed, found } }),
    );
  }
  // Who has signed nothing here signs what is there now.
  expect((await ask(first.url, `/attestations/north/${number}?mirror=home`)).status).toBe(200);
  await Promise.all([attestor.close(), restarted.close()]);
});

it("remembers so many heights, and refuses what it may have forgotten", async () => {
  const { log } = recorder();
  const folder = await tempFolder();
  const attestor = new Attestor(worldOf(local, log), SIGNERS[3]!, { store: new FileStore(folder), keep: 3 });
  for (const number of [10, 11, 12, 13]) await attestor.attest("south", number, "home");
  await expect(attestor.attest("south", 10, "home")).rejects.toMatchObject({
    status: 409,
    message: "10: is below what is remembered of signatures",
  });
  await expect(attestor.attest("south", 5, "home")).rejects.toMatchObject({ status: 409 });
  await attestor.attest("south", 11, "home");
  expect(
    (JSON.parse(await readFile(join(folder, (await readdir(folder))[0]!), "utf8")) as { signed: unknown[] }).signed,
  ).toHaveLength(3);
});

it("signs as of the set in force, and no more once it was replaced", async () => {
  const number = await finalised("south");
  const mirror = local.chains.home.at("RootMirror", mirrorOf(local, "south", "home"));
  const others = [SIGNERS[3]!, SIGNERS[0]!].map(({ address }) => address);
  await send(mirror, "rotate", others, 2, 0);
  expect((await ask(first.url, `/attestations/south/${number}?mirror=home`)).json).toMatchObject({
    set: "2",
    place: 1,
  });
  const dropped = await attesting(local, 1);
  expect(await ask(dropped.url, `/attestations/south/${number}?mirror=home`)).toMatchObject({
    status: 403,
    json: { set: "2" },
  });
  await dropped.close();
});

it("shows how far each node is behind", async () => {
  const tasks = first.attestor.tasks(() => 4_000_000_000_000);
  expect(tasks.map(({ name }) => name)).toEqual(["node home", "node north", "node south"]);
  const { time } = await local.nodes.get("home")!.finalised();
  expect(await tasks[0]!.run()).toEqual({ finalised: await finalised("home"), lagSeconds: 4_000_000_000 - time });
});
