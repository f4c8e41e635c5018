"""A language is a folder: Spanish, as people from Spain and Latin America write it, with and without accents."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from service.adapters.yaml_lexicon import load_lexicon
from service.domain.answers import Speaker, TextAnswer
from service.domain.entry import FALSE_FRIEND, Entry
from service.domain.lexicon import Lexicon
from service.domain.reading import Reader, Reading
from service.domain.signals import Signal, Who, family

ROOT = Path(__file__).parents[2] / "config" / "lexicon" / "es"
SUICIDALITY = {"ideation", "method", "intent", "plan", "means", "preparatory", "attempt", "in_progress"}


@cache
def lexicon() -> Lexicon:
    return load_lexicon(ROOT)


@cache
def reader() -> Reader:
    return Reader(lexicon())


def read(text: str, speaker: Speaker = Speaker.CLIENT) -> Reading:
    return reader().read(TextAnswer("a1", text, "", speaker))


def counting(text: str, speaker: Speaker = Speaker.CLIENT) -> set[str]:
    return {signal.construct for signal in read(text, speaker).signals if signal.counts}


def raised(entry: Entry, sample: str, speaker: Speaker) -> list[Signal]:
    return [
        signal
        for signal in read(sample, speaker).signals
        if signal.entry == entry.entry_id
        and signal.polarity == "affirmed"
        and (signal.counts or signal.protective)
    ]


ENTRIES = [entry for entry in lexicon().entries if entry.construct != FALSE_FRIEND]
FRIENDS = [entry for entry in lexicon().entries if entry.construct == FALSE_FRIEND]


def pairs(entries: list[Entry], kind: str) -> list[tuple[Entry, str]]:
    return [(entry, sample) for entry in entries for sample in getattr(entry, kind)]


def named(value: Entry | str) -> str:
    return value.entry_id if isinstance(value, Entry) else value[:40]


@pytest.mark.parametrize(("entry", "sample"), pairs(ENTRIES, "must_match"), ids=named)
def test_a_sample_raises_its_entry(entry: Entry, sample: str) -> None:
    # A sample in the third person is a relative's.
    heard = raised(entry, sample, Speaker.CLIENT) or raised(entry, sample, Speaker.COLLATERAL)
    assert {family(signal.construct) for signal in heard} == {family(entry.construct)}


@pytest.mark.parametrize(("entry", "sample"), pairs(ENTRIES, "must_not_match"), ids=named)
def test_a_sample_that_excludes_its_entry_does_not_raise_it(entry: Entry, sample: str) -> None:
    assert not raised(entry, sample, Speaker.CLIENT)


@pytest.mark.parametrize(("entry", "sample"), pairs(FRIENDS, "must_match"), ids=named)
def test_a_false_friend_silences_what_it_covers(entry: Entry, sample: str) -> None:
    words = lexicon().tokenizer.words(sample)
    assert any(lexicon().entries[match.owner] is entry for match in lexicon().automaton.matches(words))
    assert not [s for s in read(sample).signals if s.counts and entry.silenced(s.construct)]


@pytest.mark.parametrize(("entry", "sample"), pairs(FRIENDS, "must_not_match"), ids=named)
def test_a_false_friend_leaves_the_real_thing_standing(entry: Entry, sample: str) -> None:
    assert [s for s in read(sample).signals if s.counts and entry.silenced(s.construct)]


GRAVE = {
    "No quiero seguir viviendo. Todos estarían mejor sin mí.": {"ideation.passive", "burdensomeness"},
    "no kiero vivir": {"ideation.passive"},
    "ya no tengo ganas de vivir desde que se fue mi esposa": {"ideation.passive"},
    "Hay noches en que me acuesto y le pido a Dios no despertar": {"ideation.passive"},
    "A veces quisiera dormirme y no despertar nunca más": {"ideation.passive"},
    "ME QUIERO MORIR": {"ideation.passive"},
    "Ojalá estuviera muerta, así dejaría de dar problemas": {"ideation.passive"},
    "la verdad es que ya no aguanto más": {"ideation.passive"},
    "Desde hace semanas pienso en quitarme la vida": {"ideation.active"},
    "se me ha pasado por la cabeza suicidarme": {"ideation.active"},
    "No puedo dejar de pensar en matarme": {"ideation.active"},
    "No le he dicho a nadie que quiero suicidarme": {"ideation.active"},
    "pense en tirarme al metro": {"method"},
    "Esta noche me voy a matar": {"intent"},
    "ya lo tengo decidido, mañana me suicido": {"intent"},
    "Tengo todo planeado para el domingo": {"plan"},
    "llevo meses guardando pastillas": {"means"},
    "Le escribí una carta de despedida a mi hermana": {"preparatory"},
    "hace dos semanas intenté ahorcarme": {"attempt.recent"},
    "Cuando tenía quince años intenté suicidarme": {"attempt.past"},
    "Me acabo de cortar las venas": {"in_progress"},
    "acabo de tomarme un frasco de rivotril": {"in_progress"},
    "cuando me agobio me corto los brazos": {"nssi"},
    "No tengo futuro, esto nunca va a cambiar": {"hopelessness.no_future", "hopelessness.nothing_helps"},
    "Fui a terapia dos años y nada, ni los psicólogos pueden ayudarme": {"hopelessness.treatment"},
    "no le encuentro sentido a nada": {"hopelessness.futility"},
    "Estoy en un callejón sin salida": {"entrapment.internal"},
    "soy un estorbo pa mi familia": {"burdensomeness"},
    "A mis hijos les iría mejor si no estuviera": {"burdensomeness"},
    "No valgo nada, soy una basura": {"worthlessness"},
    "Se murió mi mamá en enero": {"loss.bereavement"},
    "No voy a mentir, quiero morir": {"ideation.passive"},
    "Quiero morir pero tengo miedo": {"ideation.passive"},
    "no me importaría no despertar mañana": {"ideation.passive"},
}

HEARD = [
    "ya no la hago, wey, la neta ya no quiero nada",
    "estoy podrida de vivir así",
    "Cada noche rezo para no amanecer",
    "Mi familia viviría más tranquila si yo desapareciera",
    "Tengo un montón de pastillas guardadas por si acaso",
    "llevo tiempo dándole vueltas al suicidio",
    "me he tomado veinte pastillas",
    "nada me va a sacar de esto",
    "La vida no tiene sentido para mí desde que murió mi hijo",
    "quiero descansar de todo para siempre",
    "pienso en desaparecer",
    "Me gustaría no haber nacido",
    "No sirvo ni para morirme",
    "Quiero irme con mi mamá que está en el cielo",
    "no me queda nada por lo que vivir",
    "tengo miedo de hacerme daño",
    "Siento que me ahogo y no hay salida",
    "no soporto seguir viviendo",
    "prefiero estar muerta que seguir así",
    "Estoy cansado de todo, de luchar, de vivir",
    "Ya no le veo caso a seguir viva",
    "mi plan es tomarme todo el clonazepam el viernes",
    "Cada día tengo menos ganas de vivir",
    "solo estorbo en esta casa",
    "ojalá me atropelle un carro",
    "intenté ahogarme el verano pasado",
    "siento que la muerte sería un alivio",
    "Mi cabeza no para de decirme que me mate",
    "ya perdí toda esperanza",
    "soy una carga para mis padres",
    "mis hijos se merecen algo mejor que yo",
    "he pensado en saltar de un puente",
    "mejor me muero",
    "si sigo así voy a terminar matándome",
    "ya no puedo con mi vida",
    "Dios, llévame ya contigo",
    "Ando pensando cosas feas, en quitarme la vida",
    "Tengo las pastillas en la mano",
    "me pegaría un tiro si tuviera el valor",
    "ya no espero nada de la vida",
    "no creo que nadie pueda ayudarme",
    "A mi familia le iría mejor sin mí",
    "Mi mamá murió de covid y no lo supero",
    "siento que estoy atrapado en mi propia vida",
    "el año pasado me tomé un frasco de pastillas",
    "no quiero llegar a navidad",
]
"""Grave as well; by which construct is left open."""

BENIGN = [
    "No quiero vivir en Madrid, es muy caro",
    "Mi suegra me va a matar si llego tarde",
    "Vivimos en un quinto sin ascensor",
    "Tengo que acabar con todo el papeleo antes del lunes",
    "No puedo dormir por el ruido",
    "Tengo un plan para ahorrar",
    "Compré una cuerda para tender la ropa",
    "la medicación me ayuda bastante",
    "Estoy cansado del trabajo",
    "Quiero desaparecer de las redes sociales",
    "Nunca me he hecho daño",
    "Leí una novela sobre el suicidio",
    "Estudio la prevención del suicidio en la universidad",
    "jugando al videojuego me matan todo el rato",
    "muero por un café",
    "Me encanta vivir cerca del mar",
    "He acabado con el trabajo por hoy",
    "La batería del coche murió otra vez",
    "mi madre murió hace diez años y la recuerdo con cariño",
    "quiero dejar de fumar",
    "Mi plan es estudiar enfermería",
    "Me tiré en paracaídas en julio",
    "no me gusta tomar pastillas",
    "No quiero morirme, quiero ver crecer a mis hijos",
    "Hace años tuve depresión pero ahora estoy bien",
    "Me muero de risa con mis sobrinos",
    "Estoy muerto de cansancio después del turno de noche",
    "Este jefe me va a matar a trabajar",
    "La espalda me está matando",
    "Me muero por conocer Argentina",
    "Vivo en Valencia con mi pareja y dos gatos",
    "No quiero vivir con mis padres",
    "Quiero cambiar de trabajo y dormir mejor",
    "Tomo una pastilla para la tensión cada mañana",
    "Mi abuela vive en un pueblo cerca del puente",
    "Ayer vi una película donde el protagonista quería suicidarse",
    "Se me murió el celular en plena llamada",
    "Mi hijo tiene miedo de la muerte",
    "Estamos planeando un viaje a Perú en agosto",
    "Duermo mal y discuto mucho con mi marido",
    "Me corté el pelo y me siento rara",
    "Nunca he pensado en suicidarme",
    "No tengo ideas suicidas",
    "No quiero morir",
    "jamás intentaría suicidarme",
    "no creo que quiera morirme",
    "Gracias por escucharme, hoy estoy bien",
]


@pytest.mark.parametrize(("text", "constructs"), GRAVE.items(), ids=[text[:40] for text in GRAVE])
def test_a_grave_sentence_is_heard(text: str, constructs: set[str]) -> None:
    assert counting(text) >= constructs


@pytest.mark.parametrize("text", HEARD, ids=[text[:40] for text in HEARD])
def test_a_sentence_of_despair_is_never_silence(text: str) -> None:
    assert counting(text)


@pytest.mark.parametrize("text", BENIGN, ids=[text[:40] for text in BENIGN])
def test_an_everyday_sentence_or_a_denial_raises_no_suicidality(text: str) -> None:
    assert not {family(construct) for construct in counting(text)} & SUICIDALITY


@pytest.mark.parametrize(
    "text",
    [
        "Mi hijo dice que quiere morir",
        "quiere matarse, me lo dijo anoche",
        "Mi hermana ya no tiene ganas de vivir",
        "Se cree una carga para todos y dice que estaríamos mejor si se muere",
    ],
)
def test_a_relative_who_writes_of_the_person_is_heard(text: str) -> None:
    assert counting(text, Speaker.COLLATERAL) & {"ideation.passive", "ideation.active", "burdensomeness"}


@pytest.mark.parametrize("text", ["Mi marido quiere morirse", "mi hermana intentó suicidarse"])
def test_what_a_client_says_of_somebody_else_is_not_the_clients(text: str) -> None:
    signals = [signal for signal in read(text).signals if family(signal.construct) in SUICIDALITY]
    assert {signal.who for signal in signals} == {Who.OTHER}


def test_accents_make_no_difference() -> None:
    with_accents = "Ojalá me muriera, ya no puedo más. Todos estarían mejor sin mí."
    without = "Ojala me muriera, ya no puedo mas. Todos estarian mejor sin mi."
    assert [signal.entry for signal in read(with_accents).signals] == [
        signal.entry for signal in read(without).signals
    ]
    assert counting(without) >= {"ideation.passive", "burdensomeness"}


def test_hope_and_reasons_are_shown_and_never_count() -> None:
    signals = read("Tengo esperanza, sigo aquí por mis hijos y quiero hablar con alguien").signals
    assert {family(signal.construct) for signal in signals} == {"hope", "reasons_for_living", "help_seeking"}
    assert not any(signal.counts for signal in signals)


def test_every_entry_awaits_a_clinician_who_speaks_spanish() -> None:
    assert {entry.status for entry in lexicon().entries} <= {"draft", "reviewed"}
    assert all(entry.source and entry.meaning.endswith(".") for entry in lexicon().entries)
    assert {entry.construct for entry in ENTRIES} >= {
        "ideation.passive",
        "ideation.active",
        "plan",
        "hopelessness.no_future",
        "burdensomeness",
    }
