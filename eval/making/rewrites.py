"""What research English says, and how a person might say it otherwise; all written by hand.

An entry is ``old=new``. Verbs and nouns are given in their bare form and inflected on
both sides. Whatever stands for a noun can follow an article and precede ``of``; a
noun of several words is used only at the end of a noun phrase. A rewrite must keep the
meaning wherever the old word may stand, so words with two trades (*transfer*, *class*,
*metric space*) have none.
"""

VERBS = """
accelerate=speed up|acquire=pick up|achieve=reach|address=deal with|adopt=take up|
analyze=look closely at|assess=judge|attain=arrive at|augment=enrich|avoid=stay clear of|
boost=lift|build=put together|capture=pick up|combine=bring together|comprise=consist of|
compress=shrink|compute=work out|conduct=carry out|consider=take into account|construct=build|
contain=have|contribute=add|cover=take in|create=make|curate=put together|deliver=bring|
demonstrate=show|derive=work out|design=devise|detect=spot|determine=find out|develop=create|
devise=come up with|discard=throw away|discover=find|eliminate=get rid of|emit=put out|
employ=use|enable=make possible|encourage=favor|enhance=improve|ensure=make sure of|
establish=set up|estimate=gauge|evaluate=test|examine=look into|exceed=go beyond|exhibit=display|
exploit=make use of|explore=look into|extract=pull out|facilitate=make easier|fetch=get|
filter=sift|formulate=put into words|fuse=blend|gather=bring together|generate=produce|
handle=cope with|identify=pick out|implement=put into practice|improve=boost|incorporate=build in|
increase=raise|infer=deduce|inject=feed in|insert=put in|integrate=work in|
introduce=come up with|investigate=look into|keep=retain|leverage=make use of|maintain=keep up|
maximize=make as large as possible|measure=gauge|minimize=make as small as possible|
mitigate=lessen|modify=change|narrow=shrink|observe=notice|obtain=get|optimize=tune|
outperform=do better than|predict=forecast|present=put forward|preserve=keep intact|
prevent=stop|produce=turn out|propose=suggest|provide=supply|prune=cut away|
quantify=put a number on|reconstruct=rebuild|recover=get back|reduce=cut|refine=polish|
release=publish|rely=depend|remove=take away|replace=swap out|require=need|resolve=settle|
retain=hold on to|retrieve=look up|reuse=use again|reveal=bring to light|review=go over|
revisit=go back to|select=choose|simplify=make simpler|simulate=imitate|solve=crack|
summarize=sum up|surpass=beat|survey=look over|synthesize=produce|tackle=take on|
transform=turn|understand=make sense of|unify=unite|update=renew|use=employ|utilize=make use of|
validate=confirm|verify=check|yield=give|optimise=tune|analyse=look closely at|hold=contain|
consume=use up|merge=combine|allow=let happen|adapt=adjust|reach=arrive at|
surround=enclose|begin=start|choose=select|alleviate=ease|consolidate=gather up|
craft=make|disentangle=pull apart|dominate=lead|emphasize=stress|entail=imply|expand=widen|
foster=encourage|illustrate=show|impair=harm|inspect=look over|manipulate=handle|necessitate=need|
pinpoint=find exactly|postulate=assume|regulate=control|restrict=limit|streamline=simplify|
supplement=add to|sustain=keep up|underperform=do worse than|withstand=stand up to
"""
NOUNS = """
ability=skill|accuracy=correctness|algorithm=computing procedure|amount=quantity|
annotation=hand-made label|annotator=human labeler|application=use|
architecture=design|area=field|assertion=claim|assessment=appraisal|baseline=reference point|
benchmark=test suite|benefit=advantage|capability=skill|capacity=power|category=group|
challenge=difficulty|claim=assertion|comparison=side-by-side test|
complexity=intricacy|component=part|computation=calculation|concept=notion|constraint=restriction|
conversation=chat|corpus=text collection|cost=expense|dataset=collection of data|
degradation=worsening|dialogue=conversation|diversity=variety|
document=text|domain=field|drawback=weakness|effectiveness=success|
enhancement=improvement|entity=named thing|error=mistake|
evaluation=test|example=instance|experiment=trial|expert=specialist|explanation=account|
feedback=response|finding=result|framework=setup|goal=aim|
hallucination=made-up statement|image=picture|impact=effect|improvement=gain|insight=lesson|
instance=example|issue=problem|judgment=verdict|limitation=shortcoming|
mechanism=scheme|method=procedure|methodology=way of working|mismatch=discrepancy|mistake=error|
mixture=blend|module=component|objective=aim|obstacle=hurdle|overhead=extra cost|parameter=weight|
participant=volunteer|passage=text snippet|pattern=regularity|penalty=punishment|
performance=results|phase=stage|photo=picture|pipeline=workflow|prediction=forecast|
procedure=process|publication=article|recipe=formula|
reduction=cut|relationship=link|repository=code store|
response=reply|robustness=resilience|scenario=situation|
scientist=researcher|setting=situation|similarity=likeness|solution=remedy|strategy=plan|
subset=part|technique=procedure|topic=theme|trend=tendency|type=kind|variant=version|
variety=range|video=clip|vocabulary=word list|weakness=shortcoming|workflow=way of working|
acceleration=speed-up|adaptation=adjustment|assumption=premise|attempt=try|author=writer|
breakthrough=leap|consequence=result|criterion=yardstick|deficiency=lack|detail=particular|
discrepancy=mismatch|endeavor=effort|expansion=growth|fraction=share|individual=person|
integration=merging|investigation=inquiry|notion=idea|outcome=result|person=human being|
perspective=point of view|practitioner=professional|premise=assumption|principle=guideline|
questionnaire=survey form|resemblance=likeness|selection=choice|sentence=statement|
shortage=scarcity|shortcoming=weakness|spectrum=range|supervision=guidance|transcript=written record
"""
PHRASES = """
state-of-the-art=best known|downstream tasks=target tasks|downstream task=target task|
large language models=big text models|large language model=big text model|
LLMs=big text models|LLM=big text model|language models=text models|language model=text model|
pre-training=initial training|pretraining=initial training|pre-trained=previously trained|
pretrained=previously trained|fine-tuning=later adjustment|finetuning=later adjustment|
vision-language=image-and-text|image-text=picture-and-caption|text-to-image=picture-drawing|
in-context learning=learning from the prompt|large-scale=big|high-quality=good|low-quality=poor|
real-world=real-life|open-source=freely available|cross-lingual=between-language|
bilingual=two-language|multilingual=many-language|monolingual=one-language|
multi-task=many-task|machine learning=statistical learning|neural network=neural net|
neural networks=neural nets|reinforcement learning=learning from rewards|
question answering=QA|question-answering=QA|machine translation=automatic translation|
summarization=condensing texts|retrieval=search|reasoning=inference|
novel=new|innovative=fresh|efficient=economical|efficiently=at little cost|effective=successful|
effectively=with success|robust=sturdy|significant=marked|significantly=markedly|
substantially=by a good deal|substantial=sizable|considerably=by a good deal|
comprehensive=thorough|extensive=wide-ranging|diverse=varied|various=different|multiple=several|
numerous=many|existing=earlier|previous=earlier|prior work=earlier work|conventional=usual|
traditional=customary|comparable=similar|superior=better|optimal=best|crucial=key|critical=key|
essential=vital|sufficient=enough|simple=plain|complex=intricate|complicated=intricate|
specialized=dedicated|entire=whole|initial=first|additional=extra|minimal=very little|
limited=scarce|rapid=quick|rapidly=quickly|fast=quick|huge=vast|large=big|accurate=exact|
precise=exact|automatically=by machine|dynamic=changing|jointly=together|simultaneously=at once|
sequentially=one after another|iteratively=step by step|explicitly=outright|
gradually=bit by bit|solely=only|primarily=mainly|particularly=above all|typically=as a rule|
currently=at present|hierarchical=layered|lightweight=slim|flexible=adaptable|
versatile=many-sided|interpretable=understandable|reliable=dependable|trustworthy=dependable|
harmful=damaging|synthetic=artificial|humans=people|scientific=scholarly|textual=text|
visual=image|mathematical=maths|unlabeled=unannotated|labeled=annotated|hidden=inner|
frozen=unchanged|bidirectional=two-way|self-supervised=label-free|unsupervised=label-free|
in order to=to|based on=built on|such as=like|as well as=and also|a wide range of=many kinds of|
a variety of=many kinds of|a suite of=a set of|a series of=a number of|a set of=a group of|
across=over|via=by way of|while=and at the same time|without=with no|toward=to|towards=to|
percentage=share|publicly available=open to all|computational=computing|
natural language=human language|mutual=shared|modern=present-day|recent=new|popular=widespread|
powerful=strong|promising=encouraging|challenging=hard|difficult=hard|nearly=almost|
approximately=about|primary=main|major=main|training data=training examples|
time-consuming=slow|costly=expensive|expensive=costly|beneficial=helpful|useful=helpful|
adaptively=in a self-adjusting manner|ambiguous=unclear|annotated=labeled|coherent=consistent|
domain-specific=specialist|drastically=sharply|general-purpose=all-round|
human-annotated=hand-labeled|intrinsic=inherent|notable=remarkable|predominantly=mostly|
redundant=superfluous|seamlessly=smoothly|straightforward=easy|systematic=methodical|
systematically=methodically|task-specific=special-purpose|unprecedented=never seen before|
vast=enormous|well-established=accepted|describes something that=is about something that|
describes a model that=is about a model that
"""
