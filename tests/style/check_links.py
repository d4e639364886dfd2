"""check_links.py BUILD: what the two programs are linked to.

`lodge` holds the mailbox password and the spool: none of the libraries that parse strangers' bytes may be
in it, nor GMime's parser. `lodge-reader` has no need of a network or a database."""

import os
import re
import subprocess
import sys

import tree

PARSING = r"lib(mupdf|poppler|archive|xml2|magic|ytnef|mujs|gumbo|harfbuzz|openjp2|jbig2dec)\b"
PARSING_SYMBOLS = r"\b(g_mime_parser_\w+|fz_\w+|pdf_\w+|archive_read_\w+|xmlRead\w+|magic_\w+|" \
    r"poppler_\w+|CMS_\w+)\b"
OUTSIDE = r"lib(curl|sqlite3|unbound|microhttpd)\b"
OUTSIDE_SYMBOLS = r"\b(curl_easy_\w+|sqlite3_\w+|lodge_spool_\w+|lodge_settings_\w+)\b"


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def check(program, libraries, symbols):
    if not os.path.exists(program):
        return [f"{program}: not built"]
    needed = output("ldd", program)
    named = output("nm", "--dynamic", program) + output("nm", program)
    return [f"{program}: {found}" for found in
            sorted({m[0] for m in re.finditer(libraries, needed)}
                   | {m[0] for m in re.finditer(symbols, named)})]


def main():
    build = sys.argv[1]
    problems = check(os.path.join(build, "intake", "lodge"), PARSING, PARSING_SYMBOLS)
    problems += check(os.path.join(build, "parsers", "lodge-reader"), OUTSIDE, OUTSIDE_SYMBOLS)
    tree.finish(problems, "lodge links no parser of strangers' bytes, lodge-reader no network")


if __name__ == "__main__":
    main()
