"""Nests on paper: the listing, the tables, the JSON form, the command, and the page that shows them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from hwsim.bitweight import (
    STEPS,
    Kind,
    Nest,
    bank,
    build,
    changes,
    from_json,
    hardware,
    hardware_json,
    listing,
    mac,
    opt1,
    opt2,
    opt4e,
    primitives_table,
    table,
    temporal,
    to_json,
    transformed,
)
from hwsim.encodings.registry import ENCODINGS
from hwsim.errors import SpecError
from hwsim.formats import UINT8, IntFormat
from sweeps.cli import app

PAGE = Path(__file__).parent.parent / "docs" / "bitweight.md"


@pytest.mark.parametrize("step", STEPS)
def test_the_page_shows_what_the_code_prints(step: str) -> None:
    assert f"```text\n{listing(transformed(mac(), step))}```\n" in PAGE.read_text("utf-8")


def test_the_page_shows_the_tables_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    assert f"```text\n{primitives_table()}```\n" in page
    assert f"```text\n{table({step: transformed(mac(), step) for step in STEPS})}```\n" in page


def test_a_listing() -> None:
    assert listing(mac(2, 3, 5)) == (
        "C[m,n] = A[m,k] * B[k,n]: m=2, n=3, k=5, a=int8, b=int8, 4 booth digits of radix 4\n"
        "spatial m in 2:\n"
        "  spatial n in 3:\n"
        "    temporal k in 5:\n"
        "      spatial bw in 4:\n"
        "        d = encode(A[m,k], bw)       # in every PE\n"
        "        x = map(d, B[k,n])           # in every PE\n"
        "        x = shift(x, bw)             # in every PE\n"
        "      s, c = half_reduce(x over bw)  # in every PE\n"
        "      x = add(s, c)                  # in every PE\n"
        "      x += accumulate(x over k)      # in every PE\n"
    )


def test_what_changed() -> None:
    assert [line.split("  ")[0] for line in changes(mac(), opt1(mac())).splitlines()[1:]] == [
        "compressors",
        "carry-propagate adders in PEs",
        "carry-propagate adders in the SIMD unit",
        "register bits of sums",
        "drains per output",
    ]
    assert changes(mac(), mac()).split() == ["before", "after"]


nests = st.builds(
    transformed,
    st.builds(
        mac,
        m=st.integers(1, 40),
        n=st.integers(1, 40),
        k=st.integers(1, 999),
        a=st.sampled_from((UINT8, IntFormat(4), IntFormat(16))),
        encoding=st.sampled_from(ENCODINGS),
    ),
    st.sampled_from(STEPS),
    st.integers(1, 9),
    st.integers(1, 9),
)


@settings(max_examples=40, deadline=None)
@given(nests)
def test_json_there_and_back(nest: Nest) -> None:
    assert from_json(json.loads(json.dumps(to_json(nest)))) == nest
    assert json.loads(json.dumps(hardware_json(hardware(nest))))["pes"] == nest.product.m * nest.product.n


def test_json_keeps_banks_and_widths() -> None:
    nest = build(bank(temporal(mac(), "n"), "accumulate", "k", "n"), "accumulate", "k", 32)
    assert from_json(to_json(nest)) == nest


def changed(path: tuple[Any, ...], value: object) -> dict[str, Any]:
    """The JSON form of OPT1 with one value otherwise; no value takes the key away."""
    form = deepcopy(to_json(opt1(mac(2, 2, 4))))
    inner: Any = form
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return form


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("loop",), [], "a nest has no key 'loop' (did you mean 'loops'?); its keys are product, loops, body"),
        (("body",), None, "a nest lacks the key 'body'"),
        (("loops",), 3, "loops is a list, not 3"),
        (("product",), 3, "product is an object with the keys m, n, k, a, b, encoding, not 3"),
        (("product", "m"), "2", "product: m is a whole number, not '2'"),
        (("product", "a"), "fp16", "product: a=fp16 is not an integer format such as int8"),
        (
            ("product", "encoding"),
            "both",
            "unknown encoding 'both' (did you mean 'booth'?); the encodings are booth, ent, naf, twos-complement, "
            "sign-magnitude",
        ),
        (
            ("loops", 0, "kind"),
            "spacial",
            "loop m: kind=spacial (did you mean 'spatial'?) is none of spatial, temporal, sparse",
        ),
        (("loops", 0, "dim"), 4, "loop m: dim is a word, not 4"),
        (("loops", 0, "extent"), True, "loop m: extent is a whole number, not True"),
        (("loops", 2, "extent"), 3, "the loops over k cover 3 of its 4 values"),
        (
            ("body", 3, "primitive"),
            "halfreduce",
            "body: primitive=halfreduce (did you mean 'half_reduce'?) is none of encode, sparse, map, "
            "shift, half_reduce, "
            "add, accumulate, sync",
        ),
        (("body", 3, "within"), "mn", "half_reduce: within is a list of names of loops, not 'mn'"),
        (
            ("body", 3, "bits"),
            9,
            "half_reduce over bw, k has 9 bits, and sums of k=4 need 18 (a carry-save pair cannot be "
            "widened before its add)",
        ),
    ],
)
def test_json_that_is_no_nest(path: tuple[Any, ...], value: object, said: str) -> None:
    with pytest.raises(SpecError) as refusal:
        from_json(changed(path, value))
    assert str(refusal.value) == said


def command(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["nest", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_before_and_after() -> None:
    code, printed, _ = command("opt2", "--m", 4, "--n", 4, "--k", 32, "--encoding", "ent")
    before, after = (f(mac(4, 4, 32, encoding=ENCODINGS[1])) for f in (opt1, opt2))
    assert code == 0
    for text in (listing(before), listing(after), table({"opt2": after}), changes(before, after)):
        assert text in printed


def test_the_command_in_json() -> None:
    code, printed, _ = command("opt4e", "--lanes", 2, "--before", "mac", "--json")
    found = json.loads(printed)
    assert code == 0
    assert from_json(found["nest"]) == opt4e(mac(), lanes=2)
    assert found["hardware"] == hardware_json(hardware(opt4e(mac(), lanes=2)))
    assert found["before"] == hardware_json(hardware(mac()))


def test_the_command_reads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(to_json(opt2(mac(3, 3, 9), kp=2))), "utf-8")
    code, printed, _ = command(file)
    assert (code, listing(opt2(mac(3, 3, 9), kp=2)) in printed, "what changed" in printed) == (0, True, False)
    file.write_text("{", "utf-8")
    code, printed, said = command(file)
    assert (code, printed) == (2, "")
    assert said.startswith(f"hwsim: {file}: Expecting property name enclosed in double quotes")


def test_the_command_refuses(tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    for words, said in (
        (("opt9",), "unknown step 'opt9' (did you mean 'opt3'?); the steps are mac, opt1, opt2, opt3, opt4c, opt4e"),
        (("opt2", "--kp", 0), "cannot split k: loop kp has an extent and a stride of at least 1, not 0 and 1"),
        (("mac", "--k", 0), "a product has sides of at least 1, not k=0"),
        (("mac", "--b", "fp32"), "a nest computes with integers: b cannot be fp32"),
        ((missing,), f"{missing}: No such file or directory"),
    ):
        assert command(*words) == (2, "", f"hwsim: {said}\n")


def test_kinds_are_words_of_the_file() -> None:
    assert [kind.value for kind in Kind] == ["spatial", "temporal", "sparse"]
