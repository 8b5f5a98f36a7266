"""The coverage of the documentation's pages: claims, oracles, and the reasons for what has none."""

from __future__ import annotations

from reports import catalogue, pages

DOCUMENTED = {
    "torch": ["torch.add", "torch.seed", "torch.relu", "torch.igamma", "torch.new"],
    "torch.fft": ["torch.fft.fft"],
}
NAMES = {"torch.add", "torch.seed", "torch.nn.functional.relu", "torch.igamma", "torch.fft"}
REASONS = {"not-mathematics": {"is random": ["se*"]}, "by-another-name": {"igamma": "gammainc"}}


def table(**reasons):
    return pages.tabulate(DOCUMENTED, NAMES, ["add", "relu", "gammainc", "fft"], {**REASONS, **reasons})


def test_sorts_functions_by_claim_oracle_and_reason():
    page, fourier = table()

    assert page.claimed == ("torch.add", "torch.seed", "torch.relu", "torch.igamma")
    assert page.judged == ("torch.add", "torch.relu", "torch.igamma")
    assert page.reasons == {"not-mathematics: is random": ["torch.seed"]}
    assert page.mathematics == ["torch.add", "torch.relu", "torch.igamma", "torch.new"]
    assert page.unexplained == ["torch.new"]
    assert fourier.claimed == ()


def test_an_oracle_of_a_class_is_its_functions_or_that_of_its_claims():
    documented = ["torch.nn.BatchNorm3d", "torch.nn.LazyConv1d", "torch.nn.Module", "torch.nn.Adam", "torch.nn.add"]
    (page,) = pages.tabulate(
        {"torch.nn": documented}, set(documented), ["batch_norm", "conv1d", "torch.nn.Adam", "torch.nn.add"], {}
    )

    assert page.judged == ("torch.nn.BatchNorm3d", "torch.nn.LazyConv1d", "torch.nn.Adam")


def test_finds_what_computes_with_the_reference(tmp_path):
    (tmp_path / "suites").mkdir()
    sources = {"table": "from reference.loss import mse", "law": "import torch",
               "claim": "from suites import table, law", "other": "from suites.law import one"}  # fmt: skip
    for name, source in sources.items():
        (tmp_path / "suites" / f"{name}.py").write_text(source, encoding="utf-8")

    assert catalogue.computing(tmp_path) >= {"suites.table", "suites.claim"}
    assert not {"suites.law", "suites.other"} & catalogue.computing(tmp_path)


def test_names_what_has_no_reason(capsys):
    assert pages.report(table()) == 1
    printed = capsys.readouterr().out
    assert "torch: 5 documented, 4 with claims; 4 are mathematics, 3 of them with an oracle: 75%" in printed
    assert "no reason given: new" in printed


def test_is_content_with_reasons(capsys):
    assert pages.report(table(**{"no-claim": {"has none yet": ["new", "fft"]}})) == 0
    assert "no-claim: has none yet: new" in capsys.readouterr().out


def test_reads_the_reasons_of_the_suite():
    reasons = pages.load()

    assert set(reasons) == {"not-mathematics", "no-oracle", "by-another-name"}
    assert set(reasons["by-another-name"].values()) <= set(catalogue.oracles())


def test_lists_what_the_installed_torch_documents():
    assert {"torch.add", "torch.matmul"} <= set(catalogue.documented("torch"))
    assert "torch.Tensor" not in catalogue.documented("torch")
    assert "torch.fft.rfft" in catalogue.documented("torch.fft")
    assert {"torch.nn.Linear", "torch.nn.Module"} <= set(catalogue.documented("torch.nn"))
    assert "torch.nn.init.dirac_" in catalogue.documented("torch.nn.init")
