"""A dataset: what it tells, how it divides, and that a spec can always hold it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from kit.data import Dataset, DataSpec, load_data, open_data
from kit.errors import ParameterError
from kit.tuning.spec import TuneSpec


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    path = tmp_path / "news.csv"
    path.write_text("text,label\n" + "".join(f"headline {i},{'abc'[i % 3]}\n" for i in range(60)), encoding="utf-8")
    return load_data(path)


def test_it_tells_its_rows(data: Dataset) -> None:
    assert len(data) == 60
    assert data.counts == {"a": 20, "b": 20, "c": 20}
    assert data.rows()[1] == {"text": "headline 1", "label": "b"}
    content = "Classify the text. Answer with one of: a, b, c.\n\nheadline 1"
    assert data.prompts()[1] == [{"role": "user", "content": content}]
    assert repr(data) == "<Dataset news.csv: 60 rows, 3 labels>"


def test_it_does_not_change(data: Dataset) -> None:
    with pytest.raises(AttributeError):
        data.texts = ()  # type: ignore[misc]


def test_its_parts_are_what_their_specs_mean(data: Dataset) -> None:
    for part, name in zip(data.split(0.25, seed=3), ("train", "test"), strict=True):
        assert part.spec == data.spec.replace(split=name, test_share=0.25, seed=3)
        assert open_data(part.spec).hash == part.hash
        assert repr(part).startswith(f"<Dataset news.csv, {name}: ")
    train, test = data.split(0.25, seed=3)
    assert (len(train), len(test)) == (45, 15)
    assert sorted(train.texts + test.texts) == sorted(data.texts)


@pytest.mark.parametrize("options", [{"limit": 30}, {"split": "train"}])
def test_parts_of_parts_have_specs_too(data: Dataset, options: dict[str, object]) -> None:
    some = open_data(data.spec.replace(instruction="Which letter?", **options))
    train, test = some.split()
    for part in (train, test):
        again = open_data(part.spec)
        assert (again.texts, again.answers) == (part.texts, part.answers)
        assert (again.labels, again.instruction) == (part.labels, "Which letter?")
    assert sorted(train.texts + test.texts) == sorted(some.texts)


def test_picked_rows_keep_labels_and_have_a_spec(data: Dataset) -> None:
    picked = data.take([3, 0])
    assert picked.texts == ("headline 3", "headline 0")
    assert picked.labels == data.labels
    assert open_data(picked.spec).hash == picked.hash
    assert picked.spec.source != data.spec.source


def test_it_stands_for_its_spec(data: Dataset) -> None:
    train, _test = data.split()
    spec = TuneSpec(model="m", data=train)  # type: ignore[arg-type]
    assert spec.data == train.spec
    assert isinstance(spec.data, DataSpec)


@pytest.mark.parametrize(("name", "value"), [("test_share", 0.0), ("test_share", 0.95), ("seed", -1)])
def test_split_refuses_what_a_spec_refuses(data: Dataset, name: str, value: float) -> None:
    with pytest.raises(ParameterError) as caught:
        data.split(**{name: value})  # type: ignore[arg-type]
    assert caught.value.parameter == name


def test_the_hash_is_of_the_content(data: Dataset, tmp_path: Path) -> None:
    copy = tmp_path / "copy.csv"
    copy.write_bytes(Path(data.spec.source).read_bytes())
    assert load_data(copy).hash == data.hash
    copy.write_text(copy.read_text().replace("headline 7,", "Headline 7,"))
    assert load_data(copy).hash != data.hash
    assert load_data(data.spec.source, labels=["c", "b", "a"]).hash != data.hash
    assert data.take(range(59, -1, -1)).hash != data.hash


def test_the_preview_escapes_and_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"<script>alert({i})</script> & {'long ' * 200},<b>{i % 30}</b>\n" for i in range(90))
    path.write_text("text,label\n" + rows, encoding="utf-8")
    html = load_data(path)._repr_html_()
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;alert(4)" in html
    assert "alert(5)" not in html
    assert "90 rows" in html
    assert "18 more labels" in html
    assert len(html) < 5_000


def test_importing_the_room_and_reading_text_is_light(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\nx,a\ny,b\n", encoding="utf-8")
    code = (
        "import sys, kit.data\n"
        f"kit.data.load_data({str(tmp_path / 'a.csv')!r})\n"
        "kit.data.load_data('finance-alerts', split='train')\n"
        "heavy = {'pandas', 'pyarrow', 'scipy', 'sklearn', 'torch', 'transformers', 'datasets', 'mlflow'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_reading_parquet_needs_no_pandas(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"text": ["a", "b"], "label": ["x", "y"]}), path)
    code = f"import sys; from kit.data import load_data; print(len(load_data({str(path)!r})), 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"]
