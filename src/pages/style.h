// The style of every page. It stands in each of them; the Content-Security-Policy names its hash.
#pragma once

namespace eidkern::pages
{

inline constexpr auto style = R"(
:root { color-scheme: light dark;
  --ground: #eef1f5; --sheet: #ffffff; --ink: #17202c; --soft: #556070; --line: #d5dbe3; --accent: #0b57b0; --on-accent: #ffffff;
  --good: #11713d; --good-ground: #e2f4e9; --bad: #a8271f; --bad-ground: #fce9e7; --note: #7a4d00; --note-ground: #fdf0d5; --shade: 0 1px 2px rgb(20 30 45 / .08), 0 8px 24px rgb(20 30 45 / .07); }
@media (prefers-color-scheme: dark) { :root {
  --ground: #0f141b; --sheet: #19212b; --ink: #e9eef5; --soft: #a3b0c0; --line: #313c4a; --accent: #84b8ff; --on-accent: #07182c;
  --good: #7fdca6; --good-ground: #143524; --bad: #ff9d94; --bad-ground: #421c19; --note: #ffcf7a; --note-ground: #3d2e10; --shade: 0 1px 2px rgb(0 0 0 / .4); } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
header, main, footer { width: min(46rem, 100%); margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2rem); }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding-block: 1.1rem; }
.brand { display: inline-flex; align-items: center; gap: .6rem; color: var(--ink); font-weight: 650; text-decoration: none; }
.brand svg { width: 1.9rem; height: 1.9rem; flex: none; }
nav { display: flex; gap: .9rem; font-size: .92rem; }
nav [aria-current] { color: var(--soft); }
a { color: var(--accent); text-underline-offset: .18em; }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: .3rem; }
h1 { font-size: clamp(1.6rem, 5.4vw, 2.2rem); line-height: 1.18; letter-spacing: -.015em; margin: 1.2rem 0 .6rem; text-wrap: balance; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 .5rem; }
h3 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 1.1rem 0 .45rem; }
p { margin: 0 0 .8rem; }
.lead { font-size: 1.08rem; color: var(--soft); max-width: 38rem; margin-bottom: 1.5rem; }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: .9rem; box-shadow: var(--shade);
  padding: clamp(1.1rem, 4vw, 1.7rem); margin-bottom: 1.1rem; }
.sheet > :last-child { margin-bottom: 0; }
.button { display: inline-block; background: var(--accent); color: var(--on-accent); font-weight: 620; text-decoration: none;
  padding: .7rem 1.25rem; border-radius: .6rem; margin-top: .3rem; }
p:has(> .button) { margin-bottom: 1.2rem; }
.button:hover { text-decoration: underline; }
.quiet { background: none; color: var(--accent); border: 1.5px solid currentColor; padding: calc(.7rem - 1.5px) calc(1.25rem - 1.5px); }
.tags { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem; padding: 0; margin: 0 0 1.1rem; }
.tags li { border: 1px solid var(--line); border-radius: 1rem; padding: .12rem .7rem; font-size: .92rem; }
ol, ul.plain { padding-inline-start: 1.3rem; margin: 0; }
li + li { margin-top: .35rem; }
.tags li + li { margin-top: 0; }
.verdict { display: flex; align-items: center; gap: .9rem; margin: 1.2rem 0 .9rem; }
.verdict h1 { margin: 0; }
.mark { flex: none; width: 2.9rem; height: 2.9rem; border-radius: 50%; display: grid; place-items: center; }
.mark svg { width: 1.5rem; height: 1.5rem; fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.good { color: var(--good); background: var(--good-ground); }
.bad { color: var(--bad); background: var(--bad-ground); }
.note { color: var(--note); background: var(--note-ground); }
table { width: 100%; border-collapse: collapse; }
caption { text-align: start; font-size: 1.15rem; font-weight: 700; padding-bottom: .5rem; }
th, td { text-align: start; vertical-align: top; padding: .6rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { width: 40%; padding-inline-end: 1rem; font-weight: 400; color: var(--soft); overflow-wrap: break-word; hyphens: auto; }
td { font-weight: 560; }
.absent { color: var(--soft); font-weight: 400; font-style: italic; }
.answer { display: inline-block; border-radius: 1rem; padding: .02rem .75rem; }
summary { cursor: pointer; font-weight: 620; border-radius: .3rem; }
summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
details > table { margin-top: .8rem; }
code { font: .9em/1.5 ui-monospace, "Liberation Mono", monospace; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: .88rem; padding-block: .6rem 2.2rem; }
@media (max-width: 30rem) {
  tbody tr { display: block; border-top: 1px solid var(--line); padding: .5rem 0; }
  th, td { display: block; width: auto; border: 0; padding: 0; }
  .button { display: block; text-align: center; } }
)";

} // namespace eidkern::pages
