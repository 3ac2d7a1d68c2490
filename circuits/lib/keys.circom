pragma circom 2.2.0;

include "hash.circom";

/** @notice spendLock = P(SPEND, spendKey): what the spend key opens; known to keepers. */
template SpendLock() {
    signal input spendKey;
    signal output out <== Hash(TAG_SPEND(), 1)([spendKey]);
}

/** @notice proveKey = P(PROVE, spendKey). */
template ProveKey() {
    signal input spendKey;
    signal output out <== Hash(TAG_PROVE(), 1)([spendKey]);
}

/** @notice readKey_0 = P(READ, proveKey), readKey_{v+1} = P(READ, readKey_v). */
template NextReadKey() {
    signal input key;
    signal output out <== Hash(TAG_READ(), 1)([key]);
}

/** @notice owner = P(OWNER, spendLock, proveKey). */
template Owner() {
    signal input spendLock;
    signal input proveKey;
    signal output out <== Hash(TAG_OWNER(), 2)([spendLock, proveKey]);
}

/** @notice alias = P(ALIAS, owner, issuerId, salt): the owner's name at one issuer. */
template Alias() {
    signal input owner;
    signal input issuerId;
    signal input salt;
    signal output out <== Hash(TAG_ALIAS(), 3)([owner, issuerId, salt]);
}
