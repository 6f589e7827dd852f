"""The made-up units: names that exist nowhere, with what they deal in and how many items and flows they have."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.kinds import Kind

COUNTY_NAME = "模拟县"
DISCIPLINE_UNIT = "Z01"
FIRST_WAVE = 6
PILOT_UNITS = 11


class PlaceKind(Kind):
    """What kind of unit is made up; decides titles and how the discipline post is placed."""

    BUREAU = "bureau", "党政机关"
    TOWN = "town", "乡镇街道"


@dataclass(frozen=True)
class Place:
    """One made-up unit: *items* power items over *flows* flow charts, *sections* and *objects* by name.

    *risk_items* are the objects of its powers: an item's name is an object and a verb.
    """

    name: str
    kind: PlaceKind
    items: int
    flows: int
    sections: tuple[str, ...]
    objects: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TOWN_SECTIONS = _words("财政所 民政办 国土村建办 计生办 农业服务中心 综治办 经济发展办 社会保障所")
_TOWN_OBJECTS = _words("危房改造 农村低保 临时救助 宅基地 村级工程 惠农补贴 集体资产 土地流转 公益岗位 计生奖扶 "
                       "农机购置 防汛物资 退耕还林 村级财务")

_PILOTS = (
    Place("城关镇", PlaceKind.TOWN, 58, 18, _TOWN_SECTIONS, _TOWN_OBJECTS),
    Place("财政局", PlaceKind.BUREAU, 67, 23,
          _words("财务股 预算股 国库股 农业股 社会保障股 经济建设股 采购监管股 会计股 监督检查股 资产管理股"),
          _words("预算指标 专项资金 会计从业 政府采购 国有资产 票据 非税收入 惠农资金 基建资金 社保基金 国库支付 财政监督 "
                 "偿债资金 代理机构")),
    Place("国土资源局", PlaceKind.BUREAU, 82, 26,
          _words("财务股 规划股 耕地保护股 用地股 地籍股 矿产股 执法监察股 土地储备中心 测绘股"),
          _words("建设用地 土地出让 土地征收 采矿权 探矿权 土地登记 临时用地 农用地转用 土地复垦 测绘成果 违法占地 土地闲置 "
                 "地质灾害 储备土地")),
    Place("人力资源和社会保障局", PlaceKind.BUREAU, 64, 20,
          _words("财务股 人事股 工资福利股 职称股 就业股 社会保险股 劳动监察股 仲裁股"),
          _words("事业招聘 职称评审 社会保险 工伤 失业金 小额贷款 劳动用工 工资总额 培训补贴 人事档案 劳务派遣 退休 "
                 "公益岗位 农民工工资")),
    Place("地方税务局", PlaceKind.BUREAU, 71, 22,
          _words("财务股 税政股 征管股 法规股 稽查局 纳税服务股 信息中心 第一分局 第二分局"),
          _words("营业税 所得税 房产税 契税 耕地占用税 发票 税务登记 延期缴税 减免税 欠税 纳税信用 定额 税收保全 资源税")),
    Place("教育和文化体育局", PlaceKind.BUREAU, 73, 22,
          _words("财务股 人事股 基础教育股 民办教育股 招生考试办 文化市场股 体育股 基建股 督导室"),
          _words("民办学校 教师资格 招生录取 校舍建设 教辅采购 文化经营 演出 网吧 体育场馆 学籍 助学金 教师调动 食堂 校车")),
    Place("民政局", PlaceKind.BUREAU, 66, 20,
          _words("财务股 救助股 优抚股 社会组织股 婚姻登记处 福利彩票中心 基层政权股 救灾股"),
          _words("城市低保 优抚对象 社会组织 婚姻登记 救灾款物 福彩公益金 殡葬 五保供养 医疗救助 地名 收养 退役安置 流浪救助 "
                 "养老机构")),
    Place("住房和城乡建设局", PlaceKind.BUREAU, 78, 25,
          _words("财务股 规划股 建筑管理股 招标办 质量监督站 房产股 城建股 燃气办 住房保障股 执法大队"),
          _words("建设工程 施工许可 招标投标 工程质量 商品房预售 物业 公租房 燃气经营 城市道路 建筑企业 施工图 房产交易 "
                 "违法建设 市政工程")),
    Place("交通运输局", PlaceKind.BUREAU, 65, 20,
          _words("财务股 建设股 运输股 路政股 运管所 公路段 安监股 海事所"),
          _words("道路运输 客运线路 公路建设 路政 超限运输 驾校 出租车 桥梁养护 农村公路 港口 船舶 维修企业 燃油补贴 公路占用")),
    Place("水利局", PlaceKind.BUREAU, 60, 18,
          _words("财务股 建设股 水政股 防汛办 农田水利股 水资源股 移民股 质监站"),
          _words("取水 河道采砂 水利工程 水土保持 移民资金 防汛物资 水费 农村饮水 河道占用 灌区改造 水库 水利招标 水资源费 堤防")),
    Place("东河镇", PlaceKind.TOWN, 58, 18, _TOWN_SECTIONS, _TOWN_OBJECTS),
)


def place_of(number: int) -> Place:
    """Return the unit with the running *number* (0-based): the eleven pilots first, then control units.

    A control unit has the make of a pilot unit under another name: in what it is it does not differ from a pilot.
    """
    pilot = _PILOTS[number % PILOT_UNITS]
    if number < PILOT_UNITS:
        return pilot
    town = pilot.kind is PlaceKind.TOWN
    name = f"对照{number - PILOT_UNITS + 1}{'镇' if town else '号' + pilot.name}"
    return Place(name, pilot.kind, pilot.items, pilot.flows, pilot.sections, pilot.objects)


def unit_id_of(number: int) -> str:
    """Return the unit code of the running *number* (0-based): U01, U02 …"""
    return f"U{number + 1:02d}"


def unit_name(place: Place) -> str:
    """Return the full name; every name says 模拟."""
    return COUNTY_NAME + place.name
