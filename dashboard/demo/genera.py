# ruff: noqa: E501 - a table
"""Genera of the demo's stool samples with their lineage and usual share of the community."""

from __future__ import annotations

from dataclasses import dataclass

#: phylum; class; order; family: genus=weight ... (weights are relative mean shares)
_LINEAGES = """
Bacteroidota;Bacteroidia;Bacteroidales;Bacteroidaceae: Bacteroides=160 Phocaeicola=90
Bacteroidota;Bacteroidia;Bacteroidales;Prevotellaceae: Prevotella=70 Paraprevotella=6 Alloprevotella=4
Bacteroidota;Bacteroidia;Bacteroidales;Rikenellaceae: Alistipes=28
Bacteroidota;Bacteroidia;Bacteroidales;Tannerellaceae: Parabacteroides=26
Bacteroidota;Bacteroidia;Bacteroidales;Barnesiellaceae: Barnesiella=9 Coprobacter=2
Bacteroidota;Bacteroidia;Bacteroidales;Odoribacteraceae: Odoribacter=5 Butyricimonas=3
Bacteroidota;Bacteroidia;Bacteroidales;Muribaculaceae: Muribaculum=2 Duncaniella=1
Bacteroidota;Bacteroidia;Bacteroidales;Porphyromonadaceae: Porphyromonas=2
Bacillota;Clostridia;Oscillospirales;Ruminococcaceae: Faecalibacterium=85 Ruminococcus=32 Subdoligranulum=24 Anaerotruncus=2 Gemmiger=12 Fournierella=1 Negativibacillus=1 Phocea=1 Hydrogenoanaerobacterium=1
Bacillota;Clostridia;Oscillospirales;Oscillospiraceae: Oscillibacter=7 Oscillospira=3 Flavonifractor=4 Intestinimonas=2 Pseudoflavonifractor=1 Colidextribacter=2 Papillibacter=1 Sporobacter=1
Bacillota;Clostridia;Oscillospirales;Butyricicoccaceae: Butyricicoccus=7 Agathobaculum=6
Bacillota;Clostridia;Lachnospirales;Lachnospiraceae: Blautia=48 Roseburia=32 Agathobacter=36 Anaerostipes=14 Dorea=15 Coprococcus=16 Fusicatenibacter=13 Lachnospira=14 Lachnoclostridium=10 Anaerobutyricum=9 Eisenbergiella=3 Tyzzerella=4 Sellimonas=2 Marvinbryantia=1 Hungatella=2 Oribacterium=1 Butyrivibrio=3 Lachnoanaerobaculum=1 Howardella=1 Moryella=1 Eubacterium-hallii-group=8
Bacillota;Clostridia;Clostridiales;Clostridiaceae: Clostridium=6 Sarcina=1
Bacillota;Clostridia;Peptostreptococcales;Peptostreptococcaceae: Romboutsia=5 Intestinibacter=4 Terrisporobacter=2 Peptostreptococcus=1 Clostridioides=1
Bacillota;Clostridia;Peptostreptococcales;Anaerovoracaceae: Mogibacterium=1 Family-XIII-group=1
Bacillota;Clostridia;Christensenellales;Christensenellaceae: Christensenella=1 Christensenellaceae-R-7-group=9
Bacillota;Clostridia;Monoglobales;Monoglobaceae: Monoglobus=4
Bacillota;Clostridia;Eubacteriales;Eubacteriaceae: Eubacterium=10
Bacillota;Clostridia;Peptococcales;Peptococcaceae: Peptococcus=1
Bacillota;Bacilli;Lactobacillales;Lactobacillaceae: Lactobacillus=5 Limosilactobacillus=2 Ligilactobacillus=2 Lacticaseibacillus=2 Leuconostoc=1 Weissella=1
Bacillota;Bacilli;Lactobacillales;Streptococcaceae: Streptococcus=12 Lactococcus=1
Bacillota;Bacilli;Lactobacillales;Enterococcaceae: Enterococcus=3
Bacillota;Bacilli;Lactobacillales;Carnobacteriaceae: Granulicatella=1
Bacillota;Bacilli;Erysipelotrichales;Erysipelotrichaceae: Holdemanella=6 Turicibacter=3 Erysipelatoclostridium=4 Catenibacterium=4 Solobacterium=1 Holdemania=2 Faecalitalea=1 Dubosiella=1
Bacillota;Bacilli;Staphylococcales;Staphylococcaceae: Staphylococcus=1
Bacillota;Bacilli;Bacillales;Bacillaceae: Bacillus=1
Bacillota;Negativicutes;Veillonellales;Veillonellaceae: Veillonella=9 Dialister=14 Megasphaera=8 Allisonella=1
Bacillota;Negativicutes;Acidaminococcales;Acidaminococcaceae: Phascolarctobacterium=12 Acidaminococcus=4
Bacillota;Negativicutes;Selenomonadales;Selenomonadaceae: Megamonas=14 Mitsuokella=3 Selenomonas=1
Actinomycetota;Actinomycetia;Bifidobacteriales;Bifidobacteriaceae: Bifidobacterium=30 Gardnerella=1 Scardovia=1
Actinomycetota;Coriobacteriia;Coriobacteriales;Coriobacteriaceae: Collinsella=14
Actinomycetota;Coriobacteriia;Coriobacteriales;Atopobiaceae: Olsenella=2 Atopobium=1 Libanicoccus=1
Actinomycetota;Coriobacteriia;Eggerthellales;Eggerthellaceae: Eggerthella=4 Adlercreutzia=2 Slackia=1 Gordonibacter=1 Senegalimassilia=1
Actinomycetota;Actinomycetia;Mycobacteriales;Corynebacteriaceae: Corynebacterium=1
Actinomycetota;Actinomycetia;Micrococcales;Micrococcaceae: Rothia=1
Actinomycetota;Actinomycetia;Actinomycetales;Actinomycetaceae: Actinomyces=2 Schaalia=1
Pseudomonadota;Gammaproteobacteria;Enterobacterales;Enterobacteriaceae: Escherichia-Shigella=22 Klebsiella=9 Citrobacter=2 Enterobacter=3
Pseudomonadota;Gammaproteobacteria;Enterobacterales;Morganellaceae: Proteus=1
Pseudomonadota;Gammaproteobacteria;Pasteurellales;Pasteurellaceae: Haemophilus=5 Aggregatibacter=1
Pseudomonadota;Gammaproteobacteria;Burkholderiales;Sutterellaceae: Sutterella=9 Parasutterella=7
Pseudomonadota;Gammaproteobacteria;Burkholderiales;Oxalobacteraceae: Oxalobacter=1
Pseudomonadota;Gammaproteobacteria;Aeromonadales;Succinivibrionaceae: Succinivibrio=2
Thermodesulfobacteriota;Desulfovibrionia;Desulfovibrionales;Desulfovibrionaceae: Desulfovibrio=4 Bilophila=5
Campylobacterota;Campylobacteria;Campylobacterales;Campylobacteraceae: Campylobacter=1
Fusobacteriota;Fusobacteriia;Fusobacteriales;Fusobacteriaceae: Fusobacterium=5
Verrucomicrobiota;Verrucomicrobiia;Verrucomicrobiales;Akkermansiaceae: Akkermansia=34
Verrucomicrobiota;Lentisphaeria;Victivallales;Victivallaceae: Victivallis=1
Synergistota;Synergistia;Synergistales;Synergistaceae: Cloacibacillus=1 Pyramidobacter=1
"""


@dataclass(frozen=True, slots=True)
class Genus:
    name: str
    lineage: tuple[str, str, str, str]  # phylum, class, order, family
    weight: float


def _read(text: str) -> tuple[Genus, ...]:
    found = []
    for line in text.strip().splitlines():
        ranks, _, genera = line.partition(": ")
        phylum, class_, order, family = ranks.split(";")
        for item in genera.split():
            name, weight = item.split("=")
            found.append(Genus(name, (phylum, class_, order, family), float(weight)))
    return tuple(found)


GENERA: tuple[Genus, ...] = _read(_LINEAGES)
