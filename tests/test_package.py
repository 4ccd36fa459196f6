"""What is shipped: the wheel's contents and metadata, and what importing it loads."""

import csv
import re
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

#: The ten rows the first lecture prints, with their index in the file.
LECTURE_ROWS = {
    128: "6.4,2.8,5.6,2.1,virginica",
    18: "5.7,3.8,1.7,0.3,setosa",
    130: "7.4,2.8,6.1,1.9,virginica",
    105: "7.6,3.0,6.6,2.1,virginica",
    107: "7.3,2.9,6.3,1.8,virginica",
    78: "6.0,2.9,4.5,1.5,versicolor",
    83: "6.0,2.7,5.1,1.6,versicolor",
    14: "5.8,4.0,1.2,0.2,setosa",
    5: "5.4,3.9,1.7,0.4,setosa",
    133: "6.3,2.8,5.1,1.5,virginica",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as an installer would, and unpack it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = f"import hatchling.build; print(hatchling.build.build_wheel({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", build], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    archive = folder / done.stdout.split()[-1]
    assert archive.name == f"chalkgrad-{PROJECT['version']}-py3-none-any.whl"
    unpacked = folder / "unpacked"
    with zipfile.ZipFile(archive) as content:
        content.extractall(unpacked)
    return unpacked


@pytest.fixture(scope="module")
def information(wheel: Path) -> Path:
    return wheel / f"chalkgrad-{PROJECT['version']}.dist-info"


@pytest.fixture(scope="module")
def metadata(information: Path) -> Message:
    return Parser().parsestr((information / "METADATA").read_text(encoding="utf-8"))


def test_the_wheel_holds_both_packages_and_nothing_else(wheel: Path, information: Path) -> None:
    assert {path.name for path in wheel.iterdir()} == {"autograd", "nn", information.name}
    for package in ("autograd", "nn"):
        shipped = {path.relative_to(wheel) for path in (wheel / package).rglob("*") if path.is_file()}
        source = {path.relative_to(ROOT) for path in (ROOT / package).rglob("*") if path.is_file()}
        assert shipped == {path for path in source if path.suffix != ".pyc"}
        assert Path(package, "py.typed") in shipped


def test_the_metadata(metadata: Message, information: Path) -> None:
    assert metadata["Name"] == "chalkgrad"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert needed == ["graphviz", "numpy>=2.0"]
    assert (information / "licenses" / "LICENSE").is_file()
    assert (information / "licenses" / "nn" / "data" / "iris.LICENSE.txt").is_file()


def test_the_version_is_the_same_everywhere() -> None:
    import autograd

    version = PROJECT["version"]
    assert autograd.__version__ == version
    assert re.search(rf"^version: {re.escape(version)}$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M)
    assert re.search(rf"^## {re.escape(version)} - ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)


def test_the_wheel_works_without_the_sources(wheel: Path, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(wheel)!r})\n"
        "import autograd, nn\n"
        f"assert autograd.__file__.startswith({str(wheel)!r}) and nn.__file__.startswith({str(wheel)!r})\n"
        "x = autograd.tensor(3.0, requires_grad=True); (x * x).backward(); print(x.grad.item())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "6.0\n", "")


def test_importing_autograd_loads_numpy_alone(tmp_path: Path) -> None:
    """Outside the standard library: not nn, not graphviz, not SciPy, not PyTorch, installed or not."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); before = set(sys.modules); import autograd\n"
        # Compiled parts of NumPy put modules without a spec there, which came from no file.
        "loaded = [name for name in set(sys.modules) - before if getattr(sys.modules[name], '__spec__', None)]\n"
        "print(sorted({name.partition('.')[0] for name in loaded} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "['autograd', 'numpy']\n", "")


def test_the_iris_rows(wheel: Path) -> None:
    lines = (wheel / "nn" / "data" / "iris.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "sepal_length,sepal_width,petal_length,petal_width,class"
    rows = lines[1:]
    assert {index: rows[index] for index in LECTURE_ROWS} == LECTURE_ROWS
    names = [row[-1] for row in csv.reader(rows)]
    assert names == ["setosa"] * 50 + ["versicolor"] * 50 + ["virginica"] * 50


def test_the_iris_rows_are_those_of_the_uci_file() -> None:
    """Its two misprints included, which the licence file names; sums per column and class catch any other slip."""
    table = list(csv.reader((ROOT / "nn" / "data" / "iris.csv").read_text(encoding="utf-8").splitlines()[1:]))
    assert table[34] == table[37] == ["4.9", "3.1", "1.5", "0.1", "setosa"]
    sums = {
        name: [round(sum(float(row[column]) for row in table if row[-1] == name), 1) for column in range(4)]
        for name in ("setosa", "versicolor", "virginica")
    }
    # Fisher's sums, but for setosa's last three (171.4, 73.1, 12.3 in the paper), which the misprints move.
    assert sums == {
        "setosa": [250.3, 170.9, 73.2, 12.2],
        "versicolor": [296.8, 138.5, 213.0, 66.3],
        "virginica": [329.4, 148.7, 277.6, 101.3],
    }
    notice = (ROOT / "nn" / "data" / "iris.LICENSE.txt").read_text(encoding="utf-8")
    for fact in ("R. A. Fisher", "1936", "UCI Machine Learning Repository", "CC BY 4.0", "row 35", "row 38"):
        assert fact in notice


@pytest.mark.oracle
def test_the_oracle_is_the_version_the_numbers_come_from() -> None:
    torch = pytest.importorskip("torch")
    pinned = PROJECT["optional-dependencies"]["oracle"][0].removeprefix("torch==")
    assert torch.__version__.partition("+")[0] == pinned
