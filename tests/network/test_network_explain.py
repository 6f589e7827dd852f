"""What a reader is told: the witness in words, the cells that would settle it, and what other audiences may not see."""

import pytest
from hand import hand_network

from fangkong_lab.kinds import Audience
from fangkong_lab.network.explain import explain
from fangkong_lab.network.influence import FULL, NONE
from fangkong_lab.network.reasons import reasons
from fangkong_lab.network.thresholds import measure
from fangkong_lab.network.witness import find_witness

LINE = [(1, "审核", {"posts": ["p"]}), (2, "决定", {"posts": ["h"]})]
OUTSIDE = [a for a in Audience if a is not Audience.INTERNAL]


def led():
    return hand_network({"h": ["x17"], "p": ["a42"]}, LINE, boss={"p": "h"})


def test_reviewer_led_by_the_decider():
    story = explain(led(), "I").sentence()
    assert "不达标" in story
    assert "x17(h)共1人即可办结" in story
    assert "环节1「第1步」（审核），任一，a42，签批人受其领导（h→p），等于由被审核者领导的人来审核" in story
    assert "环节2「第2步」（决定），任一，x17，本人签批" in story
    assert story.endswith("不作为评价个人的依据。")


def test_same_person_in_two_posts():
    story = explain(hand_network({"p": ["a"], "h": ["a"]}, LINE), "I").sentence()
    assert "与前面环节的签批人是同一人，兼任而不构成制约" in story
    assert "环节1签批1去掉后" in story


def test_after_effect_and_other_routes_are_told():
    steps = [(1, "决定", {"posts": ["p"], "route": "甲"}), (2, "审核", {"posts": ["q"], "route": "乙"}),
             (3, "支付", {"posts": ["p"]}), (4, "监督", {"posts": ["q"]})]
    story = explain(hand_network({"p": ["a"], "q": ["b"]}, steps), "I").sentence()
    assert "走路径「甲」" in story
    assert "环节2签批1不在这条路径上，可以绕过" in story
    assert "环节4签批1在付款或执行之后，发现问题时事已办成" in story


@pytest.mark.parametrize("audience", OUTSIDE, ids=lambda a: a.value)
def test_other_audiences_read_that_and_where_but_not_who(audience):
    found = explain(led(), "I", audience=audience)
    assert "环节1、环节2的签批可由有直接领导关系的人完成" in found.sentence()
    assert "x17" not in found.sentence()
    assert "a42" not in found.sentence()
    assert found.witness is None
    assert found.table().empty


def test_unknown_signing_post_names_the_cell():
    network = hand_network({"p": ["a"], "h": None}, LINE)
    texts = [r.text for r in explain(network, "I").reasons]
    assert any("「h」（h）在2016-12-31没有任何任职记录" in t and "任职表" in t for t in texts)
    public = [r.text for r in explain(network, "I", audience=Audience.PUBLIC).reasons]
    assert "环节2：签批岗位任职不明" in public
    assert not any("「h」" in t for t in public)


def test_unknown_posts_elsewhere_are_told_apart_from_those_on_the_line():
    """u under h is unknown and in no sign-off: only if p's holder holds it does h reach him."""
    network = hand_network({"h": ["x"], "u": None, "p": ["a"]}, LINE, boss={"u": "h"})
    (each,) = measure(network)
    assert [r.code.value for r in reasons(network, each)] == ["unknown_elsewhere"]
    above = hand_network({"h": ["x"], "u": None, "p": ["a"]}, LINE, boss={"p": "u", "u": "h"})
    (each,) = measure(above)
    assert [r.code.value for r in reasons(above, each)] == ["unknown_on_line"]


def test_what_cannot_be_done_says_why():
    texts = [r.text for r in explain(hand_network({"p": [], "h": ["x"]}, LINE), "I").reasons]
    assert "环节1签批1：可签批0人，需要1人" in texts
    outside = explain(hand_network({"p": [], "h": ["x"]}, LINE), "I", audience=Audience.UNIT)
    assert "环节1：可签批人数不足" in [r.text for r in outside.reasons]
    assert "可签批0人" not in outside.sentence()
    clash = explain(hand_network({"p": ["a"], "h": ["a"]}, LINE, apart=[(1, 2)]), "I").reasons
    assert any("不相容环节或最少经手人数无法同时满足" in r.text for r in clash)


def test_every_signature_of_a_witness_is_valid():
    """Chains run along links, from a post of the coalition to a post of the signer."""
    network = hand_network({"h": ["x"], "m": ["y"], "p": ["a"], "q": ["b"]},
                           [(1, "受理", {"posts": ["p"]}), (2, "审核", {"posts": ["q"]}), (3, "决定", {"posts": ["m"]})],
                           boss={"p": "m", "q": "m", "m": "h"}, least=3)
    (each,) = measure(network, FULL)
    witness = find_witness(each.structure.cases[0], FULL)
    assert witness.coalition == ("x",)
    assert len({s.person for s in witness.signatures}) == 3
    for signature in witness.signatures:
        links = list(zip(signature.chain, signature.chain[1:], strict=False))
        assert links
        assert set(links) <= network.links
        assert signature.chain[0] == "h"
    assert find_witness(measure(network, NONE)[0].structure.cases[0], NONE).coalition == ("a", "b", "y")
