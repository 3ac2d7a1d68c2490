/**
 * What the environment says. A variable that is set to nothing counts as unset: that is how shells and containers take
 * one away.
 *
 * @module
 */
import { homedir } from "node:os";
import { join } from "node:path";

export const environment = (name: string): string | undefined => {
  const value = process.env[name];
  return value === "" ? undefined : value;
};

/** $PLIMSOLL_HOME, else .plimsoll in the user's home; undefined for a user without one. */
export function defaultHome(): string | undefined {
  const given = environment("PLIMSOLL_HOME");
  if (given !== undefined) return given;
  try {
    return join(homedir(), ".plimsoll");
  } catch {
    // No HOME, and no entry in the system's list of users.
    return undefined;
  }
}
