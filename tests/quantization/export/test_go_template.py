"""The part of Go's text/template that is rendered here; what is expected is what Go 1.27 wrote for the same."""

from __future__ import annotations

import pytest

from kit.quantization.export.go_template import render

VALUES = {
    "System": "Be brief.",
    "Messages": [{"Role": "user", "Content": "Hi"}, {"Role": "assistant", "Content": "Ho"}],
}


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("a {{ .System }} b", "a Be brief. b"),
        ("a  {{- .System -}}  b", "aBe brief.b"),
        ("{{ range .Messages }}<{{ .Role }}>{{ .Content }}{{ end }}!", "<user>Hi<assistant>Ho!"),
        ("{{ range $i, $m := .Messages }}{{ $i }}{{ $m.Content }}{{ end }}", "0Hi1Ho"),
        ("{{ range $m := .Messages }}{{ $m.Role }} {{ end }}", "user assistant "),
        ("{{ if eq .System \"x\" }}1{{ else if .System }}2{{ else }}3{{ end }}", "2"),
        ("{{ if and .System (not .Messages) }}1{{ else }}2{{ end }}", "2"),
        ("{{ if or (ne .System \"\") .Messages }}1{{ end }}", "1"),
        ("{{ $x := \"\" }}{{ range .Messages }}{{ $x = .Role }}{{ end }}{{ $x }}", "assistant"),
        ("{{ range $i, $m := .Messages }}{{ if eq (len (slice $.Messages $i)) 1 }}{{ $m.Role }}{{ end }}{{ end }}",
         "assistant"),
        ("{{ \"a\\n\\\"b\\\" {{ }}\" }}", 'a\n"b" {{ }}'),
    ],
)  # fmt: skip
def test_what_go_writes(template: str, written: str) -> None:
    assert render(template, VALUES) == written


@pytest.mark.parametrize(
    "template",
    ["{{ if .System }}", "{{ end }}", "{{ json .System }}", "{{ $x }}", "{{ (.System }}", "{{ with .System }}x"],
)
def test_what_is_not_known_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        render(template, VALUES)
