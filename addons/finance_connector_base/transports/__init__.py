from . import folder, https, sftp, upload
