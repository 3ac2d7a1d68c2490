/**
 * The page's style sheet: system fonts, light and dark by the reader's preference, two hues that colour-blind readers
 * tell apart (orange for losses, blue for gains).
 *
 * @module
 */
export const STYLE = `
:root{color-scheme:light dark;--paper:#f6f7f9;--card:#fff;--ink:#14202e;--faint:#5d6b7c;--line:#e1e6ec;--cell:#eef1f5;
--loss:#e0672b;--gain:#2f7fc1;--muted:#9aa9ba;--accent:#14395b;--warn:#efa13c;--watch:#8fc0e6;--deep:#fff}
@media(prefers-color-scheme:dark){:root{--paper:#0e141b;--card:#161f29;--ink:#e8eef5;--faint:#93a3b5;--line:#263341;
--cell:#1f2a36;--loss:#e8743a;--gain:#4a9ade;--muted:#5f7388;--accent:#cfe3f7;--warn:#d98f2e;--watch:#3f6f97;--deep:#fff}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,"Segoe UI",Roboto,sans-serif}
main{max-width:1040px;margin:0 auto;padding:28px 20px 60px}header{display:flex;align-items:center;gap:14px;margin-bottom:20px}
header>div{flex:1}h1{font-size:24px;margin:0;letter-spacing:-.01em}h2{font-size:16px;margin:0 0 4px}p{margin:0 0 12px}
.faint{color:var(--faint);font-size:13px}.mark{width:44px;height:44px;fill:none;stroke:var(--ink);stroke-width:3.5}
.pill{padding:5px 14px;border-radius:99px;font-weight:600;color:#fff}.good{background:#22784e}.warn{background:#a8650e}.bad{background:#b3341f}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:14px;margin-bottom:14px}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 20px}.card{margin-bottom:14px;overflow-x:auto}
.figure{font-size:25px;font-weight:650;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(400px,1fr));gap:14px}
svg:not(.mark){display:block;width:100%;min-width:640px;height:auto;font-size:13px;fill:var(--ink)}svg .faint{fill:var(--faint);font-size:12px}
svg .value{font-weight:600}svg .cell{font-size:11.5px;font-variant-numeric:tabular-nums;pointer-events:none}svg .deep{fill:var(--deep)}
.link{stroke:var(--faint);stroke-dasharray:2 2;fill:none}.needle{fill:var(--ink);stroke:var(--card);stroke-width:2}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th{font-weight:500;color:var(--faint);text-align:right}td{text-align:right;border-top:1px solid var(--line)}
th,td{padding:5px 8px}th:first-child,td:first-child{text-align:left;padding-left:0}
@media(max-width:480px){.pair{grid-template-columns:1fr}}@media print{.card{break-inside:avoid}}
`;
