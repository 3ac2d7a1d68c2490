/** Files are whole or absent, and whatever the system or an editor makes of them is said in one line with the path. */
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { readJson, readText, writeAtomic } from "../../src/base/files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-files-"));
  return () => rm(folder, { recursive: true });
});

const TEXT = '{"a": "ä"}\n';
const utf16 = (text: string, mark: boolean): Buffer => Buffer.from(`${mark ? "\ufeff" : ""}${text}`, "utf16le");

describe("reads JSON as editors write it", () => {
  it("with a byte order mark or without", async () => {
    const path = join(folder, "a.json");
    for (const mark of ["", "\ufeff"]) {
      await writeFile(path, mark + TEXT);
      expect(await readText(path)).toBe(TEXT);
      expect(await readJson(path)).toEqual({ a: "ä" });
    }
  });

  it.each<[string, Uint8Array, string]>([
    ["UTF-16 with its mark", utf16(TEXT, true), "must be UTF-8 text, and is UTF-16"],
    ["UTF-16 of the other order", utf16(TEXT, true).swap16(), "must be UTF-8 text, and is UTF-16"],
    ["UTF-16 without a mark", utf16(TEXT, false), "must be UTF-8 text, and is UTF-16 without its mark"],
    [
      "UTF-16 of the other order without a mark",
      utf16(TEXT, false).swap16(),
      "must be UTF-8 text, and is UTF-16 without its mark",
    ],
    ["no text", Uint8Array.of(0x7b, 0xff, 0x7d), "must be UTF-8 text"],
    ["no JSON", Buffer.from("{"), "must be JSON"],
    ["nothing", Buffer.from(""), "must be JSON"],
  ])("and names %s", async (_, bytes, rule) => {
    const path = join(folder, "a.json");
    await writeFile(path, bytes);
    await expect(readJson(path)).rejects.toMatchObject({ name: "InputError", message: `${path}: ${rule}` });
  });
});

describe("says what the system refuses", () => {
  const refused = async (work: Promise<unknown>, path: string, rule: string): Promise<void> => {
    const error = await work.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ path, message: `${path}: ${rule}` });
  };

  it("to read", async () => {
    await refused(readText(folder), folder, "must be a file, and is a folder");
    await refused(readText(join(folder, "none")), join(folder, "none"), "must be a readable file");
    await writeFile(join(folder, "file"), "123");
    await refused(
      readText(join(folder, "file", "x")),
      join(folder, "file", "x"),
      "must be in a folder, and a file stands in the way",
    );
    await refused(readText(join(folder, "file"), 2), join(folder, "file"), "must be at most 2 bytes, got 3");
    await symlink(join(folder, "round"), join(folder, "round"));
    await refused(
      readText(join(folder, "round")),
      join(folder, "round"),
      "must not be a chain of links that goes round",
    );
    await refused(readText(join(folder, "x".repeat(300))), join(folder, "x".repeat(300)), "must be a shorter path");
  });

  it("to write, and leaves nothing behind", async () => {
    await mkdir(join(folder, "sub"));
    await refused(writeAtomic(join(folder, "sub"), ""), join(folder, "sub"), "must be a file, and is a folder");
    await writeFile(join(folder, "file"), "123");
    await refused(
      writeAtomic(join(folder, "file", "x"), ""),
      join(folder, "file", "x"),
      "must be in a folder, and a file stands in the way",
    );
    expect((await readdir(folder)).sort()).toEqual(["file", "sub"]);
  });
});

it("writes one of many at once to a path that must be new, and whole", async () => {
  const path = join(folder, "keys", "k.json");
  const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(1_000));
  const results = await Promise.allSettled(
    texts.map((text) => writeAtomic(path, text, { secret: true, exclusive: true })),
  );
  const won = results.flatMap(({ status }, i) => (status === "fulfilled" ? [texts[i]] : []));
  expect(won).toHaveLength(1);
  for (const result of results)
    if (result.status === "rejected") expect(result.reason).toMatchObject({ message: `${path}: must not exist yet` });
  expect(await readFile(path, "utf8")).toBe(won[0]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, "keys"))).toEqual(["k.json"]);
});
