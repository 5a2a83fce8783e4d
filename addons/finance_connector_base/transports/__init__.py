from . import folder, https, upload
