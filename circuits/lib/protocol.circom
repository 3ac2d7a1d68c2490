// Generated from src/protocol/constants.ts by `npm run generate`; do not edit.
pragma circom 2.2.0;

function ISSUER_BITS() { return 8; }
function SERIAL_BITS() { return 16; }
function INSTRUMENT_BITS() { return 24; }
function LOTS_BITS() { return 38; }
function SIZE_BITS() { return 39; }
function VALUE_BITS() { return 40; }
function ISSUER_CAP_BITS() { return 84; }
function SCENARIO_SLOT_BITS() { return 84; }
function SLACK_BITS() { return 83; }
function SCENARIOS_PER_SIGNAL() { return 3; }
function LINEAR_BITS() { return 80; }
function REMAINDER_BITS() { return 81; }
function JOINT_BITS() { return 82; }
function BASIS_POINTS() { return 10000; }
function COVERAGE_BITS() { return 14; }
function CORRELATION_BITS() { return 15; }
function CORRELATIONS_PER_WORD() { return 16; }
function SALT_BITS() { return 32; }
function RECIPIENT_BITS() { return 160; }
function REPORT_BITS() { return 36; }
function MICRO_USD_BITS() { return 20; }
function MICRO_USD() { return 1000000; }
function CIPHERTEXT_SCALAR_BITS() { return 251; }
function HOLDINGS_PER_WORD() { return 4; }
function NOTE_WORDS() { return 2; }
function NOTE_LEGS() { return 8; }
function TABLE_ARITY() { return 8; }
function ISSUER_DEPTH() { return 8; }
function CHUNK() { return 15; }
function SCENARIOS() { return 16; }
function PNL_SIGNALS() { return 6; }

// Kinds of instruments, in two bits of a row.
function KIND_COLLATERAL() { return 0; }
function KIND_POSITION() { return 1; }
function KIND_CREDIT() { return 2; }
function KIND_RELEASE() { return 3; }

// First bit of each part of a claim.
function CLAIM_solvency_coverage() { return 0; }
function CLAIM_solvency_report() { return 14; }
function CLAIM_solvency_withSpendKey() { return 15; }
function CLAIM_solvency_issuerId() { return 16; }
function CLAIM_solvency_salt() { return 24; }
function CLAIM_solvency_instrumentA() { return 56; }
function CLAIM_solvency_sizeA() { return 80; }
function CLAIM_solvency_instrumentB() { return 119; }
function CLAIM_solvency_sizeB() { return 143; }
function CLAIM_spend_coverage() { return 0; }
function CLAIM_spend_onAnyTable() { return 14; }

// Domain tags: ASCII, big-endian.
function TAG_SPEND() { return 2280219145404600761961570940309060; } // "plimsoll.SPEND"
function TAG_PROVE() { return 2280219145404600761961558089619013; } // "plimsoll.PROVE"
function TAG_READ() { return 8907106036736721726412368986436; } // "plimsoll.READ"
function TAG_OWNER() { return 2280219145404600761961553878467922; } // "plimsoll.OWNER"
function TAG_ALIAS() { return 2280219145404600761961493564047699; } // "plimsoll.ALIAS"
function TAG_SALT() { return 8907106036736721726412385504340; } // "plimsoll.SALT"
function TAG_BLIND() { return 2280219145404600761961497859018308; } // "plimsoll.BLIND"
function TAG_ACCOUNT() { return 149436441913235915535908432292290580052; } // "plimsoll.ACCOUNT"
function TAG_CIPHER() { return 583736101223577795062144538652460370; } // "plimsoll.CIPHER"
function TAG_NULLIFIER() { return 9793466657225828960561536125947130942145874; } // "plimsoll.NULLIFIER"
function TAG_NOTE() { return 8907106036736721726412302537797; } // "plimsoll.NOTE"
function TAG_DUMMY() { return 2280219145404600761961506600209753; } // "plimsoll.DUMMY"
function TAG_EXIT() { return 8907106036736721726412152129876; } // "plimsoll.EXIT"
function TAG_EXIT_SPENT() { return 2507127464249812213903710802070455178418802260; } // "plimsoll.EXIT_SPENT"
function TAG_ROW() { return 34793382956002819243798318935; } // "plimsoll.ROW"
function TAG_TABLE_NODE() { return 2507127464249812213903781212785901033902523461; } // "plimsoll.TABLE_NODE"
function TAG_TABLE() { return 2280219145404600761961574983420997; } // "plimsoll.TABLE"
function TAG_COMMITTEE() { return 9793466657225828960561332779699330633450821; } // "plimsoll.COMMITTEE"
function TAG_MASK() { return 8907106036736721726412284842827; } // "plimsoll.MASK"

// Loss of one linear unit in scenario s, in thirds of a scan range.
function SCENARIO_THIRDS(s) { var thirds[16] = [0, 0, -1, -1, 1, 1, -2, -2, 2, 2, -3, -3, 3, 3, -3, 3]; return thirds[s]; }
