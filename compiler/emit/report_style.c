/* report_style: how the page looks, and the script that filters and orders its rows. */
#include "emit/report_page.h"

#include <string.h>

/* Colours that people who see fewer of them tell apart (after Okabe and Ito), on light and on dark; text has a contrast
 * of at least 4.5 on each. */
const char report_style[] =
    "\n"
    ":root { color-scheme: light dark; --page: #fff; --text: #1b1b1f; --quiet: #55565c; --line: #d5d6db; --tensor: "
    "#0072b2;\n"
    "  --scratch: #b35900; --on: #fff; --bound: #a3004f; --peak: #1b1b1f; --row: #f2f4f8; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --page: #17181c; --text: #ececf1; --quiet: #b0b2ba; --line: #3d3f47; --tensor: #56b4e9; --scratch: "
    "#e69f00;\n"
    "    --on: #111; --bound: #ff8fc4; --peak: #ececf1; --row: #22242a; }\n"
    "}\n"
    "body { margin: 0 auto; padding: 1rem 1.5rem 3rem; max-width: 90rem; background: var(--page); color: var(--text);\n"
    "  font: 15px/1.5 system-ui, sans-serif; }\n"
    "h1 { margin: .5rem 0; } h2 { margin: 2rem 0 .5rem; } p { margin: .4rem 0; max-width: 60rem; }\n"
    "header p, small, .legend { color: var(--quiet); }\n"
    "code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }\n"
    "dl { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }\n"
    "dl div { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .9rem; }\n"
    "dt { color: var(--quiet); } dd { margin: 0; font-size: 1.25rem; font-weight: 600; }\n"
    ".wide { overflow-x: auto; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }\n"
    "tbody tr:hover { background: var(--row); }\n"
    "td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }\n"
    ".t { white-space: nowrap; } .bar { float: left; margin: .45em .8em 0 0; }\n"
    "td bdi { overflow-wrap: anywhere; }\n"
    "th button { all: unset; cursor: pointer; } th button:focus-visible, input:focus-visible { outline: 2px solid "
    "var(--tensor); }\n"
    "th[aria-sort=ascending] button::after { content: \" \\2191\"; } th[aria-sort=descending] button::after { content: "
    "\" \\2193\"; }\n"
    "tr.peak td:first-child { box-shadow: inset 3px 0 var(--peak); }\n"
    "input { font: inherit; padding: .2rem .4rem; width: 22rem; max-width: 100%; }\n"
    ".bar rect, .buffer rect { fill: var(--tensor); }\n"
    ".buffer rect { stroke: var(--page); stroke-width: 1; } .buffer.scratch rect { fill: var(--scratch); }\n"
    ".buffer.off { opacity: .2; } .buffer:hover rect { stroke: var(--text); stroke-width: 2; }\n"
    ".legend span { margin-right: 1.2rem; } .legend svg { vertical-align: -2px; }\n"
    ".map text { fill: var(--text); font-size: 12px; text-anchor: middle; }\n"
    ".map text.end { text-anchor: end; } .map text.start { text-anchor: start; }\n"
    ".map .buffer text { fill: var(--on); font: 10px ui-monospace, monospace; pointer-events: none; }\n"
    "line.grid { stroke: var(--line); } line.bound { stroke: var(--bound); stroke-width: 2; stroke-dasharray: 7 4; }\n"
    "rect.peak { fill: none; stroke: var(--peak); stroke-width: 2; pointer-events: none; }\n";

/* What is after the page's `#` is the filter to begin with. */
const char report_script[] =
    "\n"
    "\"use strict\";\n"
    "(function () {\n"
    "  var input = document.getElementById(\"filter\"), count = document.getElementById(\"count\");\n"
    "  var rows = Array.from(document.querySelectorAll(\".wide tbody tr\"));\n"
    "  var steps = Array.from(document.querySelectorAll(\"#steps tbody tr\"));\n"
    "  var boxes = Array.from(document.querySelectorAll(\".map .buffer\"));\n"
    "  function has(element, words) {\n"
    "    var text = element.textContent.toLowerCase();\n"
    "    return words.every(function (word) { return text.includes(word); });\n"
    "  }\n"
    "  function filter() {\n"
    "    var words = input.value.toLowerCase().split(/\\s+/);\n"
    "    rows.forEach(function (row) { row.hidden = !has(row, words); });\n"
    "    boxes.forEach(function (box) { box.classList.toggle(\"off\", !has(box, words)); });\n"
    "    var shown = steps.filter(function (row) { return !row.hidden; });\n"
    "    count.textContent = shown.length + \" of \" + steps.length + \" steps\";\n"
    "  }\n"
    "  function value(row, column) {\n"
    "    var cell = row.cells[column], number = cell.dataset.v;\n"
    "    return number === undefined ? cell.textContent : Number(number);\n"
    "  }\n"
    "  function order(button) {\n"
    "    var title = button.parentNode, body = title.closest(\"table\").tBodies[0], column = title.cellIndex;\n"
    "    var down = title.getAttribute(\"aria-sort\") !== \"descending\", sign = down ? -1 : 1;\n"
    "    Array.from(title.parentNode.cells).forEach(function (other) { other.removeAttribute(\"aria-sort\"); });\n"
    "    title.setAttribute(\"aria-sort\", down ? \"descending\" : \"ascending\");\n"
    "    Array.from(body.rows).sort(function (a, b) {\n"
    "      var x = value(a, column), y = value(b, column);\n"
    "      return x < y ? -sign : x > y ? sign : 0;\n"
    "    }).forEach(function (row) { body.appendChild(row); });\n"
    "  }\n"
    "  document.querySelectorAll(\"th button\").forEach(function (button) {\n"
    "    button.addEventListener(\"click\", function () { order(button); });\n"
    "  });\n"
    "  input.addEventListener(\"input\", filter);\n"
    "  document.getElementById(\"search\").hidden = false;\n"
    "  try { input.value = decodeURIComponent(location.hash.slice(1)); } catch (e) { input.value = \"\"; }\n"
    "  filter();\n"
    "})();\n";

/* -- the policy ------------------------------------------------------------------------------------ */

static unsigned hex_value(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* Base64 of bytes that are given in hexadecimal: three digits are two. */
static const char *base64_of_hex(const char *hex)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = strlen(hex);
    Text text = {0};
    for (size_t i = 0; i < length; i += 3) {
        unsigned bits = 0;
        for (size_t k = i; k < i + 3; k++) bits = 16 * bits + (k < length ? hex_value(hex[k]) : 0);
        mem_append(&text, mem_printf("%c%c", digits[bits >> 6], i + 1 < length ? digits[bits & 63] : '='));
    }
    while (text.length % 4) mem_append(&text, "=");
    return text.start;
}

const char *hash_for_policy(const char *text)
{
    char hex[65];
    sha256_hex(text, strlen(text), hex);
    return mem_printf("sha256-%s", base64_of_hex(hex));
}
