"""What the fields of a booking of Norma 43 mean."""

import functools

from .fixed import text

CANCELLATION = "98"
REFERENCES = (("document", slice(42, 52)), ("reference 1", slice(52, 64)), ("reference 2", slice(64, 80)))
#: Common concepts (conceptos comunes), the texts of the standard.
CONCEPTS = {
    "01": "Talones - Reintegros",
    "02": "Abonarés - Entregas - Ingresos",
    "03": "Domiciliados - Recibos - Letras - Pagos por su cuenta",
    "04": "Giros - Transferencias - Traspasos - Cheques",
    "05": "Amortizaciones de préstamos, créditos, etc.",
    "06": "Remesas de efectos",
    "07": "Suscripciones - Dividendos pasivos - Canjes",
    "08": "Dividendos - Cupones - Prima de junta - Amortizaciones",
    "09": "Operaciones de bolsa y/o compra/venta de valores",
    "10": "Cheques gasolina",
    "11": "Cajero automático",
    "12": "Tarjetas de crédito - Tarjetas de débito",
    "13": "Operaciones extranjero",
    "14": "Devoluciones e impagados",
    "15": "Nóminas - Seguros sociales",
    "16": "Timbres - Corretaje - Pólizas",
    "17": "Intereses - Comisiones - Custodia - Gastos e impuestos",
    "98": "Anulaciones - Correcciones de asiento",
    "99": "Varios",
}


@functools.lru_cache(4096)
def concept(codes):
    """(common concept, own concept, meaning of the common one)."""
    return text(codes[:2]), text(codes[2:]), CONCEPTS.get(codes[:2])
