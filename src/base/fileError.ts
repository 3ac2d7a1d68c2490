/**
 * What the system says of a file, as an error of ours: the path and a rule in one line.
 *
 * @module
 */
import { InputError } from "./errors.ts";

const RULES: Readonly<Record<string, string>> = {
  ENOENT: "must be a readable file",
  EISDIR: "must be a file, and is a folder",
  ENOTDIR: "must be in a folder, and a file stands in the way",
  EEXIST: "must be in a folder, and a file stands in the way",
  EACCES: "must be open to this user, who isn't let in",
  EPERM: "must be open to this user, who isn't let in",
  EROFS: "must be on a drive that can be written, and it is read-only",
  ENOSPC: "can't be written: the disk is full",
  EDQUOT: "can't be written: this user's share of the disk is used up",
  EFBIG: "can't be written: it would be larger than the system allows",
  EIO: "can't be read or written: the disk fails",
  EMFILE: "can't be opened: too many files are open",
  ENFILE: "can't be opened: too many files are open",
  ENAMETOOLONG: "must be a shorter path",
  ELOOP: "must not be a chain of links that goes round",
  ENOLCK: "can't be locked: this drive has no locks",
  ENOTSUP: "can't be locked: this drive has no locks",
  EXDEV: "must be on the same drive as its folder",
  ENXIO: "must be a file that can be read",
};

/** Code of a system's error, such as `ENOENT`; undefined for any other value. Looks through errors of ours to their cause. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof InputError) return systemCode(error.cause);
  const code = (error as NodeJS.ErrnoException | null | undefined)?.code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** An {@link InputError} that names the path for what the system refused; every other error as it is. */
export function fileError(path: string, error: unknown): unknown {
  if (error instanceof InputError) return error;
  const code = systemCode(error);
  return code === undefined
    ? error
    : new InputError(path, RULES[code] ?? `is refused by the system (${code})`, undefined, { cause: error });
}
