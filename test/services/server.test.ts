/**
 * The HTTP sides of daemons against each other and against strangers, and one daemon of a kind per home.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { InputError, NodeError } from "../../src/base/errors.ts";
import { alone } from "../../src/services/alone.ts";
import { get, askJson } from "../../src/services/client.ts";
import { HttpRefusal, badRequest, healthHandler, parseListen, serve } from "../../src/services/server.ts";
import { recorder, rogue, served, tempFolder, type Served } from "./support.ts";

const open: Served[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((service) => service.close()))));
const opened = async (service: Promise<Served>): Promise<string> => {
  open.push(await service);
  return open.at(-1)!.url;
};

it("reads where to listen", () => {
  expect(parseListen("127.0.0.1:80")).toEqual({ host: "127.0.0.1", port: 80 });
  expect(parseListen("[::1]:0")).toEqual({ host: "::1", port: 0 });
  for (const text of ["80", ":80", "a:b", "a:65536", "a:1:2", ""])
    expect(() => parseListen(text), text).toThrow("listen: must be host:port");
});

it("says which address it can't listen on", async () => {
  const port = new URL(await opened(served())).port;
  await expect(serve(`127.0.0.1:${port}`, [], () => undefined)).rejects.toThrow(
    "listen: can't be listened on (EADDRINUSE)",
  );
});

it("answers GET of its paths, and nothing else", async () => {
  const url = await opened(
    served(([a, b], query) => Promise.resolve(a === "x" ? JSON.stringify([a, b, query.get("q")]) : undefined)),
  );
  expect(await askJson("it", url, "/x/y?q=z%20z")).toMatchObject({ status: 200, json: ["x", "y", "z z"] });
  expect(await askJson("it", `${url}/`, "/nothing")).toMatchObject({
    status: 404,
    json: { error: "is no path of this service" },
  });
  expect((await fetch(`${url}/x`, { method: "POST" })).status).toBe(405);
  const head = await fetch(`${url}/x/y`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect((await fetch(`${url}/${"x".repeat(600)}`)).status).toBe(400);
  expect((await fetch(`${url}/x`)).headers.get("access-control-allow-origin")).toBe("*");
});

it("shows refusals, and of failures only that they happened", async () => {
  const { lines, log } = recorder();
  const thrown: Record<string, Error> = {
    a: new HttpRefusal(409, "not yet", { finalised: 5 }),
    b: badRequest("height", "must be a number", "x"),
    d: new InputError("/home/me/file", "must be JSON"),
    c: new Error("secret at https://user:pw@host"),
  };
  const service = await serve("127.0.0.1:0", [([name]) => Promise.reject(thrown[name!]!)], log);
  open.push({ url: "", close: () => service.close() });
  const url = `http://127.0.0.1:${service.port}`;
  expect(await askJson("it", url, "/a")).toMatchObject({ status: 409, json: { error: "not yet", finalised: 5 } });
  expect(await askJson("it", url, "/b")).toMatchObject({
    status: 400,
    json: { error: 'height: must be a number, got "x"' },
  });
  expect(await askJson("it", url, "/c")).toMatchObject({ status: 500, json: { error: "failed; the log says why" } });
  expect(await askJson("it", url, "/d")).toMatchObject({ status: 500, json: { error: "failed; the log says why" } });
  expect(lines.map(({ fields }) => fields)).toEqual([
    { path: "/c", reason: "defect: Error: secret at <url>" },
    { path: "/d", reason: "/home/me/file: must be JSON" },
  ]);
});

it("is busy rather than overwhelmed", async () => {
  let release = (): void => undefined;
  const wait = new Promise<void>((resolve) => (release = resolve));
  let atWork = 0;
  const url = await opened(
    served(async () => {
      atWork += 1;
      await wait;
      return "{}";
    }),
  );
  const first = Array.from({ length: 64 }, () => fetch(url));
  while (atWork < 64) await new Promise((resolve) => setImmediate(resolve));
  expect((await fetch(url)).status).toBe(503);
  release();
  for (const response of await Promise.all(first)) expect(response.status).toBe(200);
  expect((await fetch(url)).status).toBe(200);
});

it("answers health by its status", async () => {
  let ok = true;
  const url = await opened(served(healthHandler(() => ({ ok, tasks: { t: { lag: 1n } } }))));
  expect(await askJson("it", url, "/health")).toMatchObject({
    status: 200,
    json: { ok: true, tasks: { t: { lag: "1" } } },
  });
  ok = false;
  expect(await askJson("it", url, "/health")).toMatchObject({
    status: 503,
    json: { error: "a task hasn't succeeded for too long", ok: false, tasks: { t: { lag: "1" } } },
  });
});

it("sends a URL's user as a header, keeps its path and query, and shows nothing of it", async () => {
  const asked: string[] = [];
  const url = await opened(
    rogue((path) => {
      asked.push(path);
      return { body: "no JSON" };
    }),
  );
  const secret = url.replace("http://", "http://user:hunter2@");
  expect(await askJson("it", `${secret}/base/?token=abc`, "/tables/1?chain=x")).toMatchObject({
    status: 200,
    json: null,
  });
  expect(asked).toEqual(["/base/tables/1?token=abc&chain=x"]);
  const failed = await get("attestors[1]", "http://user:hunter2@127.0.0.1:1", "/x").catch((error: Error) => error);
  expect(failed).toBeInstanceOf(NodeError);
  expect(String(failed)).toBe("NodeError: attestors[1]: can't be reached (HTTP isn't spoken at such a port)");
});

it("waits for nobody too long, takes nothing too long, and follows nobody", async () => {
  const url = await opened(rogue((path) => (path === "/silent" ? undefined : { body: "x".repeat(20_000) })));
  await expect(get("it", url, "/silent", { timeout: 50 })).rejects.toThrow("it: can't be reached within 0.05 s");
  await expect(get("it", url, "/long")).rejects.toThrow("it: must answer with at most 16384 bytes");
  expect((await get("it", url, "/long", { length: 20_000 })).text).toHaveLength(20_000);
});

it("lets one daemon of a name run in a home, and another after it died", async () => {
  const home = await tempFolder();
  await alone(home, "relay", async () => {
    await expect(alone(home, "relay", () => Promise.resolve())).rejects.toThrow(
      new RegExp(
        `home: has a running plimsoll relay already: .*relay.lock, which process ${process.pid} .plimsoll relay. holds since 20`,
      ),
    );
    await alone(home, "attest", () => Promise.resolve());
  });
  await alone(home, "relay", () => Promise.resolve());

  const child = spawn(process.execPath, ["--import", "tsx", "test/base/holder.ts", join(home, "relay.lock")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  await expect(alone(home, "relay", () => Promise.resolve())).rejects.toThrow(
    `has a running plimsoll relay already: ${join(home, "relay.lock")}, which process ${child.pid}`,
  );
  child.kill("SIGKILL");
  await once(child, "exit");
  // Of many that find the dead one's file, one runs.
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, () => alone(home, "relay", () => new Promise((resolve) => setTimeout(resolve, 100)))),
  );
  expect(results.map(({ status }) => status).sort()).toEqual([
    "fulfilled",
    ...Array.from({ length: 5 }, () => "rejected"),
  ]);
});

it("shows each daemon's help", async () => {
  for (const name of ["relay", "attest", "report"]) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--import",
      "tsx",
      "src/cli/main.ts",
      name,
      "--help",
    ]);
    expect(stdout).toContain(`Examples:\n  plimsoll ${name}`);
  }
});
