"""Published filters as rules, each with the number that its paper gives.

"c4": Raffel et al. 2020, *Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer*, JMLR 21,
section 2.2. "gopher": Rae et al. 2021, *Scaling Language Models: Methods, Analysis & Insights from Training Gopher*,
arXiv:2112.11446, section A1.1 and table A1.

Both were made for web pages. The presets hold what tells a bad text of any length. Rules that only a page can pass
(a headline is no page, and no bad row for it) stand in "c4-pages" and "gopher-pages", which hold the others too.

Left out everywhere:

- of C4, that lines without a final punctuation mark, lines under five words, and citation marks are cut out: these
  mend pages made of menus and headings; a row that is a single line would vanish;
- of C4, the list of bad words (it removes medical texts, among others; write your own with not_match=) and English
  only (language=en does that, with another detector than theirs);
- of C4, dropping each three-sentence span that stood before: rows are compared by the checks of duplicates;
- of Gopher, that documents are English: as above.

A page of C4 goes where it holds "lorem ipsum" or a curly bracket; a line goes where it mentions Javascript or a
cookie notice. Here the row goes.
"""

from __future__ import annotations

_C4 = ("placeholders<=0", "curly_brackets<=0", "javascript<=0", "policy_phrases<=0")
_C4_PAGES = ("sentences>=3",)

_GOPHER = (
    "mean_word_length>=3",
    "mean_word_length<=10",
    "hashes<=0.1",
    "ellipses<=0.1",
    "bullet_lines<=0.9",
    "ellipsis_lines<=0.3",
    "words_with_letters>=0.8",
    "repeated_lines<=0.3",
    "repeated_paragraphs<=0.3",
    "repeated_line_characters<=0.2",
    "repeated_paragraph_characters<=0.2",
    "top_2grams<=0.2",
    "top_3grams<=0.18",
    "top_4grams<=0.16",
    "repeated_5grams<=0.15",
    "repeated_6grams<=0.14",
    "repeated_7grams<=0.13",
    "repeated_8grams<=0.12",
    "repeated_9grams<=0.11",
    "repeated_10grams<=0.1",
)
_GOPHER_PAGES = ("words>=50", "words<=100000", "stop_words>=2")

PRESETS: dict[str, tuple[str, ...]] = {
    "c4": _C4,
    "c4-pages": (*_C4, *_C4_PAGES),
    "gopher": _GOPHER,
    "gopher-pages": (*_GOPHER, *_GOPHER_PAGES),
}
SOURCES: dict[str, str] = {
    "c4": "Raffel et al. 2020",
    "c4-pages": "Raffel et al. 2020",
    "gopher": "Rae et al. 2021",
    "gopher-pages": "Rae et al. 2021",
}
