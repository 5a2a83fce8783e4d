from . import broker, folder, https, portal, sftp, soap, upload
