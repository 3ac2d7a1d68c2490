pragma circom 2.2.0;

include "hash.circom";

/** @notice P(EXIT, instrument, lots, recipient, salt): collateral that left an account for an address. */
template ExitLeaf() {
    signal input instrument;
    signal input lots;
    signal input recipient;
    signal input salt;
    signal output out <== Hash(TAG_EXIT(), 4)([instrument, lots, recipient, salt]);
}
