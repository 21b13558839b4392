"""Word lists about addresses: free-mail domains, functional local parts, titles before names.

Data only. A missing word costs a question, never a person; the owner's rules can add to them.
"""

from __future__ import annotations

_FREE_MAIL = """
    gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.at
    outlook.be outlook.dk outlook.jp outlook.co.id outlook.com.au outlook.com.br outlook.ie hotmail.com
    hotmail.co.uk hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.nl hotmail.be hotmail.ca
    hotmail.com.br hotmail.com.ar hotmail.co.jp hotmail.se hotmail.dk hotmail.no hotmail.gr hotmail.ch
    live.com live.co.uk live.de live.fr live.nl live.be live.it live.ca live.se live.dk live.no live.at
    live.com.au live.com.mx msn.com passport.com windowslive.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr
    yahoo.it yahoo.es yahoo.ca yahoo.co.in yahoo.in yahoo.co.jp yahoo.com.br yahoo.com.ar yahoo.com.mx
    yahoo.com.au yahoo.com.sg yahoo.com.hk yahoo.com.tw yahoo.co.id yahoo.co.kr yahoo.gr yahoo.ie
    yahoo.nl yahoo.se yahoo.no yahoo.dk yahoo.pl yahoo.ro ymail.com rocketmail.com aol.com aol.de aol.fr
    aol.co.uk aim.com netscape.net netscape.com compuserve.com cs.com verizon.net icloud.com me.com
    mac.com gmx.de gmx.net gmx.com gmx.at gmx.ch gmx.co.uk gmx.fr gmx.us gmx.info gmx.org gmx.eu web.de
    freenet.de t-online.de arcor.de 1und1.de online.de email.de mail.de posteo.de posteo.net mailbox.org
    tutanota.com tutanota.de tuta.com tuta.io tutamail.com keemail.me kabelmail.de vodafone.de
    o2online.de bluewin.ch hispeed.ch sunrise.ch proton.me protonmail.com protonmail.ch pm.me
    fastmail.com fastmail.fm fastmail.net fastmail.org messagingengine.com hey.com startmail.com
    hushmail.com runbox.com disroot.org riseup.net mailfence.com zoho.com zohomail.com zohomail.eu
    mail.com email.com usa.com post.com consultant.com inbox.com lycos.com lycos.de excite.com juno.com
    netzero.net earthlink.net mindspring.com comcast.net att.net sbcglobal.net bellsouth.net cox.net
    charter.net rr.com optonline.net roadrunner.com frontier.com centurylink.net pacbell.net swbell.net
    ameritech.net prodigy.net worldnet.att.net hal-pc.org rogers.com shaw.ca sympatico.ca telus.net
    videotron.ca btinternet.com btopenworld.com sky.com virginmedia.com ntlworld.com talktalk.net
    tiscali.co.uk blueyonder.co.uk orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr
    numericable.fr club-internet.fr libero.it virgilio.it tiscali.it alice.it tin.it fastwebnet.it
    email.it tim.it poste.it terra.es telefonica.net ya.com terra.com.br uol.com.br bol.com.br ig.com.br
    globo.com ziggo.nl planet.nl xs4all.nl kpnmail.nl hetnet.nl home.nl upcmail.nl telenet.be skynet.be
    proximus.be telia.com bredband.net spray.se online.no broadpark.no mail.dk jubii.dk kolumbus.fi
    luukku.com wp.pl o2.pl onet.pl onet.eu interia.pl gazeta.pl op.pl seznam.cz email.cz centrum.cz
    post.cz azet.sk centrum.sk abv.bg mail.bg freemail.hu citromail.hu indamail.hu ukr.net i.ua meta.ua
    mail.ru inbox.ru list.ru bk.ru internet.ru yandex.ru yandex.com ya.ru rambler.ru tut.by qq.com
    foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn aliyun.com naver.com
    daum.net hanmail.net nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp nifty.com biglobe.ne.jp
    rediffmail.com sify.com indiatimes.com bigpond.com bigpond.net.au optusnet.com.au iinet.net.au
    xtra.co.nz slingshot.co.nz mweb.co.za webmail.co.za walla.co.il walla.com duck.com relay.firefox.com
    users.noreply.github.com
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())

_ROLE_LOCALS = """
    abuse accounting accounts admin administration administrator anfrage billing bookings buchhaltung
    bureau careers contact contacto contatti compras customercare customerservice datenschutz editor
    editorial empfang enquiries events feedback finance frontdesk hello help helpdesk hostmaster hr info
    infos information inquiries invoice invoices it jobs kontakt kundenservice legal mail marketing
    media membership newsdesk office orders post postmaster presse press privacy rechnung reception
    recruiting redaktion registration reservations root sales secretary security sekretariat service
    servicedesk shop studio support team tickets vertrieb verwaltung webmaster welcome zentrale
"""
ROLE_LOCALS = frozenset(_ROLE_LOCALS.split())

_TITLES = """
    dr prof mr mrs ms miss mx sir dame herr frau mme mlle sr sra srta phd md mba esq jr ii iii iv dipl
    ing
"""
TITLES = frozenset(_TITLES.split())
