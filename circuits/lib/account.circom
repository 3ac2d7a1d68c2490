pragma circom 2.2.0;

include "hash.circom";
include "keys.circom";

/** @notice P(ACCOUNT, H, owner, version, P(BLIND, readKey), word_0 …): what the registry keeps of an account. */
template AccountCommitment(holdings) {
    var nWords = holdings \ HOLDINGS_PER_WORD();
    signal input owner;
    signal input version;
    signal input readKey;
    signal input words[nWords];
    signal output out;

    signal blind <== Hash(TAG_BLIND(), 1)([readKey]);
    component list = HashList(TAG_ACCOUNT(), 4 + nWords);
    list.in[0] <== holdings;
    list.in[1] <== owner;
    list.in[2] <== version;
    list.in[3] <== blind;
    for (var w = 0; w < nWords; w++) list.in[4 + w] <== words[w];
    out <== list.out;
}

/**
 * @title  Cipher
 * @notice The state a change leaves behind, for whoever holds its read key: plain_j + P(CIPHER, readKey, commitment, j)
 *         over owner, word_0 …. The commitment is new in every change, so no pad is used twice.
 */
template Cipher(holdings) {
    var nWords = holdings \ HOLDINGS_PER_WORD();
    signal input owner;
    signal input readKey;
    signal input commitment;
    signal input words[nWords];
    signal output out[1 + nWords];

    signal pads[1 + nWords];
    for (var j = 0; j <= nWords; j++) pads[j] <== Hash(TAG_CIPHER(), 3)([readKey, commitment, j]);
    out[0] <== owner + pads[0];
    for (var w = 0; w < nWords; w++) out[1 + w] <== words[w] + pads[1 + w];
}
