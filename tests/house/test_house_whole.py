"""A file that could not be finished is not there, and what stood there before stays."""

import pytest

from fangkong_lab.errors import WrongCall
from fangkong_lab.whole import whole, write_whole


def test_an_interrupted_file_leaves_the_old_one_and_nothing_else(tmp_path):
    path = tmp_path / "结果.json"
    write_whole(path, "旧")

    def interrupted() -> None:
        with whole(path) as part:
            part.write_text("新的一半", encoding="utf-8")
            assert path.read_text(encoding="utf-8") == "旧"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [p.name for p in tmp_path.iterdir()] == ["结果.json"]
    assert path.read_text(encoding="utf-8") == "旧"
    write_whole(path, "新")
    assert path.read_text(encoding="utf-8") == "新"


def test_a_missing_folder_is_said_with_what_to_do(tmp_path):
    with pytest.raises(WrongCall, match="文件夹不存在") as told:
        write_whole(tmp_path / "没有" / "a.json", "")
    assert "先建文件夹" in str(told.value)
