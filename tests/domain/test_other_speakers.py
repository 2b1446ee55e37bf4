"""Bodies, companies, parties and persons beside a State's name: none of them is taken for the State."""

import pytest

from statement_intake.operations.explain import explain
from tests.domain.values import knowledge

#: Names of the kind that writes to such an address, in several languages; most stand for a hundred others.
_OTHERS = """
Global Witness; Open Society; Article 19; CIVICUS; Amnesty International; Human Rights Watch; Oxfam;
Publish What You Pay; Action Aid; Save the Children; Friends of the Earth; Greenpeace; Rotary Club;
Lions Club; Red Cross; World Vision; Caritas; Islamic Relief; Sherpa; Anticor; Transparencia;
Poder Ciudadano; Proética; Ciudadanos al Día; Integrity Watch; Integrity Action; Corruption Watch;
Tax Justice Network; Eurodad; Bretton Woods Project; Revenue Watch; Natural Resource Governance Institute;
Open Contracting Partnership; Open Ownership; Accountability Lab; Spotlight on Corruption;
Civil Forum for Asset Recovery; StAR Initiative; Basel Institute; Chatham House; Carnegie Endowment;
Brookings; Deloitte; KPMG; PwC; Siemens; Airbus; Shell; Bar Council; Law Society; Medical Association;
Teachers Union; Students; Chamber of Commerce; Employers Federation; Anglican Church; Catholic Bishops;
Muslim Council; Jewish Congress; Green Party; Labour Party; Communist Party; Democratic Alliance;
National Congress; Opposition Leader; Liberation Front; Resistance Council; Government in Exile;
Shadow Cabinet; Provisional Government; Royal Family; Football Federation; Olympic Committee; Daily Nation;
The Times; Radio; TV; News Agency; Blog; University; Institute of Directors; Audit Bureau LLP;
Whistleblowers; Diaspora; Indigenous Peoples; Elders Council; Youth Council; Women Lawyers; Mayor's Office;
City Council; County Government; Provincial Assembly; State of Victoria; Regional Police; Tribal Authority;
Hospital; Private Citizen; Former Minister; Ex-Ambassador; Anonymous; Concerned Citizens; Reform Party;
Anti-Corruption Coalition; Anti-Corruption Forum; Anti-Corruption Network; Anti-Corruption Academy;
Anti-Corruption Party; Justice Project; Justice Initiative; Integrity Club; Fight Corruption;
Stop Corruption; Zero Corruption; Clean Hands; Voices for Justice; Freedom House; Peace Brigade;
Truth Commission Now; Citizens Commission; People's Commission;
Independent Commission of Inquiry into Police; Ombuds Association; Prosecutors Association; Judges Union;
Auditors Institute; Public Interest Lawyers; Legal Aid Society; Court Users Committee; Collectif citoyen;
Ligue des droits; Syndicat de la magistrature; Réseau anticorruption; Observatorio; Colegio de Abogados;
Sindicato; Fundación Justicia; Движение за честные выборы; Союз юристов; Фонд борьбы с коррупцией;
Общественный совет; 律师协会; 记者联盟; 商会; نقابة المحامين; منظمة الشفافية; جمعية النزاهة; حزب العدالة
"""
_FRAMES = (
    "12th EMIC statement – {body} {state} – item 3",
    "12th EMIC statement – {state} – {body} – item 3",
    "12th EMIC statement – {body}, {state} 3",
    "{body} ({state}): 12th EMIC statement, item 3",
    "12th EMIC statement – {state} ({body}) 3",
    "Statement of the {body} of {state}, 12th EMIC, item 3",
)


@pytest.mark.parametrize("frame", _FRAMES)
def test_nobody_else_is_taken_for_the_state_it_names(frame: str) -> None:
    """Wherever its name stands, a person decides."""
    bodies = [body.strip() for body in _OTHERS.replace("\n", " ").split(";")]
    lines = [frame.format(body=body, state="Kenya") for body in bodies]
    assert [line for line in lines if explain(line, knowledge())["canonical"]] == []
