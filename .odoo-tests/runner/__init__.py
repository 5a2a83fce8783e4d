"""How tests run: pure ones here, Odoo's inside Odoo, real servers beside; one pytest session for all."""
