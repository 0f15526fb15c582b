"""Language models on a GPU: layers, phases, batches, who makes the tables, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hwsim.errors import HwsimError
from hwsim.gpu import GpuReport, Precompute, load_gpu, run_llm, time_workload
from hwsim.workload.llm.run import Phase
from hwsim.workload.loader import load_workload

LUT = "a100:unit=lut,times=4,w_bits=2,a=int8"
SMALL = {
    "model_type": "llama", "hidden_size": 512, "intermediate_size": 1536, "num_hidden_layers": 5,
    "num_attention_heads": 8, "num_key_value_heads": 4, "vocab_size": 1000, "max_position_embeddings": 512,
}  # fmt: skip
MODELS = ("llama2-7b:seq=256", "opt-350m:seq=256", "bitnet-b1.58-3b:phase=decode,seq=256,batch=8", "bloom-176b:seq=128")


def run(text: str, gpu: str = LUT, precompute: Precompute | None = None) -> GpuReport:
    (report,) = run_llm(text, load_gpu(gpu), precompute)
    return report


@pytest.mark.parametrize("text", MODELS)
@pytest.mark.parametrize("precompute", list(Precompute))
def test_one_layer_counts_for_all(text: str, precompute: Precompute) -> None:
    """The same as the network with three layers written out.

    In OPT 350M, which normalises behind each layer, the result of the last layer alone is read in FP16.
    """
    near = 5e-3 if text.startswith("opt-350m") else 1e-9
    report = run(f"{text},layers=3", precompute=precompute)
    whole = time_workload(load_workload(f"{text},layers=3"), load_gpu(LUT), precompute)
    assert sum(row.time.total_ms for row in whole) == pytest.approx(report.total_ms, rel=near)
    assert sum(row.time.dram_bytes for row in whole) == pytest.approx(report.dram_bytes, rel=3 * near)
    assert sum(row.count for row in report.rows) == len(whole)


@pytest.mark.parametrize("text", MODELS)
def test_the_work_is_that_of_the_workload(text: str) -> None:
    assert run(text).flops == 2 * load_workload(text).macs


@pytest.mark.parametrize("text", MODELS)
def test_causes_and_kernels_add_up(text: str) -> None:
    report = run(text)
    assert sum(report.ms_by_cause.values()) == pytest.approx(report.total_ms)
    others = sum(row.count * row.time.total_ms for row in report.rows if row not in report.layer_rows)
    assert report.layers * report.layer_ms + others == pytest.approx(report.total_ms)


@pytest.mark.parametrize("text", MODELS)
def test_more_units_registers_or_bandwidth_never_take_longer(text: str) -> None:
    plain = run(text).total_ms
    for better in ("times=8", "registers=2", "dram_gb_per_s=3000", "l2_bytes_per_cycle=9000", "sms=140"):
        fields = dict(part.split("=") for part in f"{LUT.partition(':')[2]},{better}".split(","))
        assert run(text, "a100:" + ",".join(f"{key}={value}" for key, value in fields.items())).total_ms <= plain


@pytest.mark.parametrize("text", MODELS)
def test_who_makes_the_tables(text: str) -> None:
    """Nobody is fastest; a kernel of its own is slower than fused; made in every unit, tables outweigh the products."""
    free, naive, separate, fused = (run(text, precompute=how) for how in Precompute)
    assert free.precompute_ms == 0
    assert free.total_ms <= fused.total_ms < separate.total_ms
    assert fused.total_ms < naive.total_ms
    assert {free.baseline_ms, naive.baseline_ms, separate.baseline_ms, fused.baseline_ms} == {free.total_ms}
    assert separate.precompute_overhead == pytest.approx(separate.total_ms / free.total_ms - 1)
    assert any(row.precompute for row in separate.rows)
    assert not any(row.precompute for row in (*free.rows, *naive.rows, *fused.rows))


def test_tables_of_one_tensor_are_made_once() -> None:
    names = [row.name for row in run("llama2-7b:seq=64", precompute=Precompute.SEPARATE).rows if row.precompute]
    assert names == [f"layer0.{name}.tables" for name in ("q", "o", "gate", "down")]


def test_the_kernels_of_a_layer() -> None:
    """Elementwise work rides with the kernel before; norms and softmax have their own."""
    rows = {row.name: row.fused for row in run("llama2-7b:seq=64").layer_rows}
    assert rows == {
        "layer0.attention_norm": (),
        "layer0.q": ("layer0.q_rotary",),
        "layer0.k": ("layer0.k_rotary",),
        "layer0.v": (),
        "layer0.scores": (),
        "layer0.softmax": (),
        "layer0.context": (),
        "layer0.o": ("layer0.attention_add",),
        "layer0.mlp_norm": (),
        "layer0.gate": ("layer0.silu",),
        "layer0.up": ("layer0.gated",),
        "layer0.down": ("layer0.mlp_add",),
    }


@pytest.mark.parametrize("gpu", [LUT, "a100", "a100:a=int8,w_bits=4", "rtx3090:unit=lut,w_bits=1"])
def test_decode_reads_the_weights_at_their_width(gpu: str) -> None:
    """One sequence of one token moves the weights, and little else."""
    machine = load_gpu(gpu)
    report = run("llama2-7b:phase=decode,seq=1,logits=none", gpu)
    weights = 32 * (4 * 4096 * 4096 + 3 * 4096 * 11008) * machine.unit.w_bits / 8
    assert weights < report.dram_bytes < 1.03 * weights


def test_time_grows_with_the_batch() -> None:
    reports = run_llm("llama2-7b:seq=300", load_gpu(LUT), None, range(1, 40, 3), Phase.DECODE)
    assert [report.batch for report in reports] == list(range(1, 40, 3))
    assert {(report.phase, report.seq) for report in reports} == {(Phase.DECODE, 300)}
    times = [report.total_ms for report in reports]
    assert times == sorted(times)
    assert reports[2] == run("llama2-7b:seq=300,phase=decode,batch=7")


def test_a_config_json_is_a_model_too(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(SMALL))
    assert run(f"{path}:seq=100").flops == 2 * load_workload(f"{path}:seq=100").macs


LLAMA = load_gpu("a100")
KNOWN = (
    "gpt2-small, gpt2-medium, gpt2-large, gpt2-xl, openllama-3b, llama2-7b, llama2-13b, llama2-70b, llama3-8b, "
    "opt-125m, opt-350m, opt-1.3b, opt-2.7b, opt-6.7b, opt-13b, opt-30b, opt-66b, opt-175b, bloom-176b, bitnet-b1.58-3b"
)


@pytest.mark.parametrize(
    ("text", "more", "sentence"),
    [
        ("llama-70b", {},
         "'llama-70b' is no language model (did you mean 'llama2-70b'?); language models are "
         f"{KNOWN}, or the config.json of one"),
        ("resnet50", {}, f"'resnet50' is no language model; language models are {KNOWN}, or the config.json of one"),
        ("llama2-7b:seq=0", {}, "llama2-7b: seq is 0; allowed is a whole number from 1 up"),
        ("llama2-7b", {"batches": [0]}, "llama2-7b: batch is 0; allowed is a whole number from 1 up"),
        ("llama2-7b:batch=2", {"batches": [3]}, "llama2-7b: 'batch' is given twice, as a field and beside it"),
        ("llama2-7b:phase=decode", {"phase": Phase.DECODE},
         "llama2-7b: 'phase' is given twice, as a field and beside it"),
        ("llama2-7b:w=int2", {}, "llama2-7b: w is not taken here, formats are those of the gpu's matrix unit"),
        ("llama2-7b", {"precompute": Precompute.FUSED},
         "precompute=fused makes tables, which need unit=lut; a100 has none"),
        ("no.json", {}, "no.json: no such file"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_gets_one_sentence(text: str, more: dict[str, object], sentence: str) -> None:
    with pytest.raises(HwsimError) as raised:
        run_llm(text, LLAMA, **more)  # type: ignore[arg-type]
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[]", "{}: a configuration is an object with the key 'model_type'"),
        ("{", "{}: not a JSON file: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_a_file_that_is_no_configuration_gets_one_sentence(content: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(content)
    with pytest.raises(HwsimError) as raised:
        run_llm(str(path), LLAMA)
    assert str(raised.value) == sentence.format(path)
