"""Faults of recipients and payees, planted by RE-01 to RE-05."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planting.acts import pay, pay_contract, pay_person
from planting.county import DAY, LONG_AGO
from planting.directives import Fen
from planting.fault import Fault, plants

if TYPE_CHECKING:
    import datetime as dt

    from planting.county import Person
    from planting.directives import Voucher
    from planting.sound import Sound


def help_once(county: Sound, who: Person, day: dt.date, **says: str) -> Voucher:
    """Pay a person of the register the aftercare, an amount that nobody else gets."""
    return pay_person(county, county.development, day, who, 20_000 + county.fresh("aftercare"), "0606", **says)


@plants("ineligible-recipient")
def ineligible(county: Sound) -> Fault:
    """A stranger gets a benefit, or somebody who is neither poor nor approved."""
    who = county.person()
    if county.fresh("ineligible") % 2:
        county.recipient(who, "后期扶持", poor=0)
    return Fault(help_once(county, who, county.day(1)))


@plants("benefit-paid-again")
def benefit_paid_again(county: Sound) -> Fault:
    """What is given once was paid in full, and is paid again."""
    who, day = county.person(), county.day(1, 2)
    county.recipient(who)
    pay_person(county, county.relocation, day, who, 9_600_000)
    again = pay_person(county, county.relocation, day + 90 * DAY, who, 100_000)
    return Fault(again, (("over-standard", again, "the standard is exceeded as well"),))


@plants("double-benefit")
def double_benefit(county: Sound) -> Fault:
    """The husband is resettled, the wife gets money for the old house."""
    husband, wife = county.person(), county.person()
    county.recipient(husband)
    county.recipient(wife, "危房改造", household=husband.household)
    return Fault(pay_person(county, county.houses, county.day(1), wife, 1_000_000, "0605"))


@plants("household-with-several-payees")
def household_with_several_payees(county: Sound) -> Fault:
    """Father and son both draw what is given by household, a half each."""
    father, son, day = county.person(), county.person(), county.day(1)
    for who in (father, son):
        county.recipient(who, "危房改造", household=father.household)
        paid = pay_person(county, county.houses, day, who, 900_000, "0605")
        day += 20 * DAY
    return Fault(paid)


@plants("card-of-several-persons")
def card_of_several_persons(county: Sound) -> Fault:
    """The money of two comes on one card, and the register says so."""
    holder, other, day = county.person(), county.person(), county.day(1)
    for who in (holder, other):
        county.recipient(who, "后期扶持", card=holder.card)
        paid = help_once(county, who, day, payee_account=holder.card)
        day += 20 * DAY
    return Fault(paid)


@plants("person-with-several-cards")
def person_with_several_cards(county: Sound) -> Fault:
    """A person is paid on one card, on another, and on the first again; the register knows no card."""
    who, other, day = county.person(), county.person(), county.day(1, 3)
    county.enter("recipient", person=who.number, benefit="后期扶持", household=who.household, name=who.name, poor=1,
                 members=4, valid_from=LONG_AGO)  # fmt: skip
    help_once(county, who, day)
    second = help_once(county, who, day + 20 * DAY, payee_account=other.card)
    help_once(county, who, day + 40 * DAY)
    return Fault(second)


@plants("wrong-card")
def wrong_card(county: Sound) -> Fault:
    """The card is not the one on the register."""
    who, other = county.person(), county.person()
    county.recipient(who, "后期扶持")
    return Fault(help_once(county, who, county.day(1), payee_account=other.card))


@plants("payee-name-differs")
def payee_name_differs(county: Sound) -> Fault:
    """The payment says another name than the register."""
    who, other = county.person(), county.person()
    county.recipient(who, "后期扶持")
    return Fault(help_once(county, who, county.day(1), payee=other.name))


@plants("paid-after-death")
def paid_after_death(county: Sound) -> Fault:
    """A payment comes the day after the death."""
    who, day = county.person(), county.day(1)
    county.recipient(who, "后期扶持")
    county.enter("death", person=who.number, name=who.name, date=day - DAY)
    return Fault(help_once(county, who, day))


@plants("recipient-on-payroll")
def recipient_on_payroll(county: Sound) -> Fault:
    """Who gets a benefit is paid a salary."""
    who, day = county.person(), county.day(1)
    county.recipient(who, "后期扶持")
    county.enter("payroll", person=who.number, name=who.name, employer="教育局", valid_from=LONG_AGO)
    return Fault(help_once(county, who, day))


@plants("recipient-with-vehicle")
def recipient_with_vehicle(county: Sound) -> Fault:
    """Who gets a benefit owns a car."""
    who, day, plate = county.person(), county.day(1), county.fresh("car") + 100
    county.recipient(who, "后期扶持")
    county.enter("vehicle", vehicle=f"桂L*#{plate:016x}", person=who.number, kind="小型轿车", valid_from=LONG_AGO)
    return Fault(help_once(county, who, day))


@plants("poor-share-below-plan")
def poor_share_below_plan(county: Sound) -> Fault:
    """Half of the households are to be poor, and one of three is."""
    project = county.project(poor_share=5000)
    for poor in (1, 0, 0):
        county.recipient(county.person(), project=project.code, poor=poor, approved=LONG_AGO)
    return Fault(project)


def buyer(county: Sound, who: Person, **says: object) -> None:
    """Register somebody who buys a house, with a notice and a fifth of the price."""
    said = {"notice": f"购房{county.fresh('notice-of')}号", "approved": LONG_AGO, "price": Fen(4_400_000)}
    county.recipient(who, "购房补助", **{**said, "own_money": Fen(880_000), **says})  # type: ignore[arg-type]


@plants("subsidy-before-notice")
def subsidy_before_notice(county: Sound) -> Fault:
    """The notice comes a day after the payment."""
    who, day = county.person(), county.day(1)
    buyer(county, who, approved=day + DAY)
    return Fault(pay_person(county, county.relocation, day, who, 2_000_000, "0603"))


@plants("second-purchase-subsidy")
def second_purchase_subsidy(county: Sound) -> Fault:
    """A household is paid half the standard on each of two notices."""
    who, day = county.person(), county.day(1, 3)
    buyer(county, who, valid_to=day + 9 * DAY)
    buyer(county, who, valid_from=day + 10 * DAY)
    pay_person(county, county.relocation, day, who, 1_000_000, "0603")
    return Fault(pay_person(county, county.relocation, day + 40 * DAY, who, 999_999, "0603"))


@plants("own-money-below-share")
def own_money_below_share(county: Sound) -> Fault:
    """A household pays a fen less than a fifth of the price."""
    who = county.person()
    buyer(county, who, own_money=Fen(879_999))
    return Fault(pay_person(county, county.relocation, county.day(1), who, 2_000_000, "0603"))


@plants("project-money-to-person")
def project_money_to_person(county: Sound) -> Fault:
    """A person who gets no benefit gets a fen more than ten thousand of a project."""
    who, project = county.person(), county.project()
    return Fault(pay_person(county, county.relocation, county.day(1), who, 1_000_001, "0602", project=project))


@plants("project-money-to-staff")
def project_money_to_staff(county: Sound) -> Fault:
    """A firm is paid on the card of an official."""
    who, project, card = county.person(), county.project(), county.person().card
    county.enter("payroll", person=who.number, name=who.name, card=card, employer="教育局", valid_from=LONG_AGO)
    paid = pay(
        county, county.relocation, county.day(1), "0602", 60_000, project=project, payee=county.company(),
        payee_account=card,
    )  # fmt: skip
    return Fault(paid)


def hire(county: Sound, firm: str) -> Voucher:
    """Pay a firm under a contract."""
    contract = county.contract(county.project(), 200_000, firm)
    return pay_contract(county, county.relocation, county.day(1), contract, 60_000)


@plants("payee-held-by-staff")
def payee_held_by_staff(county: Sound) -> Fault:
    """A shareholder of the firm is on the payroll."""
    who, firm = county.person(), county.company()
    county.enter("payroll", person=who.number, name=who.name, employer="教育局", valid_from=LONG_AGO)
    county.enter("shareholder", company=firm, person=who.number, name=who.name)
    return Fault(hire(county, firm))


@plants("payee-led-by-staff")
def payee_led_by_staff(county: Sound) -> Fault:
    """The legal person of the firm is on the payroll."""
    who, firm = county.person(), f"田阳{county.fresh('led')}有限公司"
    county.enter("payroll", person=who.number, name=who.name, employer="教育局", valid_from=LONG_AGO)
    county.enter("company", company=firm, registered=LONG_AGO, capital=Fen(5_000_000_000), legal_person=who.number,
                 legal_name=who.name)  # fmt: skip
    return Fault(hire(county, firm))


@plants("new-company-large-receipt")
def new_company_large_receipt(county: Sound) -> Fault:
    """A small firm gets a million in the year of its registration."""
    firm, day = f"新{county.fresh('new')}有限公司", county.day(1, 5)
    county.enter("company", company=firm, registered=day - 30 * DAY, capital=Fen(1_000_999_999))
    contract = county.contract(county.project(), 200_000_000, firm)
    return Fault(pay_contract(county, county.relocation, day, contract, 100_000_000))
