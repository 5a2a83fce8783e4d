from . import folder, https, sftp, soap, upload
