"""“Confidential” became two classes: personal and bank; contents of finance flows are those of banks unless said."""


def migrate(cr, version):
    cr.execute("UPDATE finance_flow SET sensitivity = 'bank' WHERE sensitivity = 'confidential'")
    cr.execute("""
        UPDATE ir_default d SET json_value = '"bank"'
          FROM ir_model_fields f
         WHERE f.id = d.field_id AND f.model = 'finance.flow' AND f.name = 'sensitivity'
           AND d.json_value = '"confidential"'
    """)
